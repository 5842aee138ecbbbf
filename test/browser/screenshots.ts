import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { type BrowserWorld, findBrowser, openBrowserWorld } from '../support/browser.ts';
import { shopDay } from './shop-day.ts';

/* `npm run screenshots`: every page, or those named behind `--` (these as wide as the README shows them, too), light and dark, wide and narrow, into a folder that git does not know. */

const folder = fileURLToPath(new URL('../../screenshots', import.meta.url));
const wanted = process.argv.slice(2);
const sizes = {
  wide: { width: 1440, height: 900 },
  narrow: { width: 360, height: 740 },
  readme: { width: 1120, height: 700 },
};

async function shoot(world: BrowserWorld, scheme: 'light' | 'dark', size: keyof typeof sizes): Promise<void> {
  const ids = await idsOf(world);
  const context = await world.context({ colorScheme: scheme, viewport: sizes[size] });
  const page = await world.signedIn(context);
  const open = openRequests(page);
  const pages: [name: string, path: string, more?: (page: Page) => Promise<void>][] = [
    ['overview', '/', (one) => one.locator('.u-legend').last().waitFor()],
    ['events', '/events'],
    ['event', `/events/${ids.event}`],
    ['event-types', '/event-types/order.created'],
    ['deliveries', '/deliveries'],
    ['delivery', `/deliveries/${ids.dead}`],
    ['no-match', '/deliveries?reference=nothing'],
    ['endpoints', '/endpoints'],
    ['endpoint', `/endpoints/${ids.endpoint}`],
    [
      'new-endpoint',
      '/endpoints',
      (one) => one.getByRole('button', { name: 'Create endpoint' }).first().click(),
    ],
    ['dead-letters', '/dead-letters'],
    [
      'replay-plan',
      '/dead-letters',
      async (one) => {
        await one.getByRole('button', { name: /^Replay all/ }).click();
        await one.getByRole('list', { name: 'The first of them' }).waitFor();
      },
    ],
    ['sources', '/sources'],
    [
      'new-source',
      '/sources',
      async (one) => {
        await one.getByRole('button', { name: 'Create source' }).first().click();
        await one.getByLabel('How it comes').selectOption({ label: 'Out of a queue: Redis Streams' });
      },
    ],
    ['source', `/sources/${ids.source}`],
    [
      'source-tracking',
      `/sources/${ids.source}`,
      (one) => one.getByRole('button', { name: 'Change how they are followed' }).click(),
    ],
    ['orders', '/orders'],
    ['order', `/orders/${ids.order}`],
    ['bins', '/bins'],
    ['new-bin', '/bins', (one) => one.getByRole('button', { name: 'Create bin' }).first().click()],
    ['bin', `/bins/${ids.bin}`],
    ['alerts', '/alerts'],
    ['alert', `/alerts/${ids.alert}`],
    ['alert-rules', '/alerts/rules'],
    [
      'new-alert-rule',
      '/alerts/rules',
      (one) => one.getByRole('button', { name: 'Create rule' }).first().click(),
    ],
    ['alert-channels', '/alerts/channels'],
    ['settings-you', '/settings/you'],
    ['settings-people', '/settings/people'],
    ['settings-keys', '/settings/keys'],
    ['settings-retention', '/settings/retention'],
    ['settings-audit', '/settings/audit'],
    ['palette', '/', (one) => one.keyboard.press('Control+k')],
  ];
  for (const [name, path, more] of pages) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await page.goto(world.server.url + path);
    await page.locator('main h1').waitFor({ state: 'attached' });
    await page.locator('main [role="status"]').first().waitFor({ state: 'detached' });
    await open.none();
    await more?.(page);
    await page.screenshot({ path: join(folder, `${name}-${scheme}-${size}.png`) });
  }
  const signedOut = await (await world.context({ colorScheme: scheme, viewport: sizes[size] })).newPage();
  await signedOut.goto(world.server.url);
  await signedOut.getByRole('button', { name: 'Sign in' }).waitFor();
  await signedOut.screenshot({ path: join(folder, `sign-in-${scheme}-${size}.png`) });
  await context.close();
}

/** The owner has a password: nothing reminds of setting one. */
async function settleIn(world: BrowserWorld): Promise<void> {
  const { server } = world;
  await (await world.signedIn(await world.context())).close();
  const people = (await server.call('GET', '/v1/people')).json.data;
  const owner = String(people.find(({ role }) => role === 'owner')!.id);
  const own = { email: 'ana@shop.example', password: 'correct horse battery' };
  await server.call('PATCH', `/v1/people/${owner}`, own);
}

/** What a page still asks for; a stream never ends and does not count. */
function openRequests(page: Page): { none(): Promise<void> } {
  const open = new Set<unknown>();
  page.on('request', (request) => {
    if (!request.url().endsWith('/stream')) open.add(request);
  });
  for (const end of ['requestfinished', 'requestfailed'] as const)
    page.on(end as 'requestfinished', (request) => void open.delete(request));
  const frame = 'new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))';
  return {
    // What has come is drawn a frame later, and may ask for more.
    async none() {
      for (let quiet = 0; quiet < 5; quiet = open.size === 0 ? quiet + 1 : 0) await page.evaluate(frame);
    },
  };
}

type Shown = 'event' | 'dead' | 'endpoint' | 'source' | 'order' | 'bin' | 'alert';

async function idsOf({ server }: BrowserWorld): Promise<Record<Shown, string>> {
  const first = async (path: string): Promise<string> =>
    String((await server.call('GET', path)).json.data[0]!.id);
  return {
    event: await first('/v1/events'),
    dead: await first('/v1/dead-letters'),
    endpoint: await first('/v1/endpoints'),
    source: await first('/v1/sources'),
    order: await first('/v1/orders?overdue=true'),
    bin: await first('/v1/bins'),
    alert: await first('/v1/alerts'),
  };
}

if (findBrowser() === null) {
  process.stderr.write('screenshots: no Chromium is installed (apt install chromium)\n');
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const world = await openBrowserWorld();
try {
  await shopDay(world);
  await settleIn(world);
  for (const scheme of ['light', 'dark'] as const)
    for (const size of wanted.length > 0
      ? (['readme', 'wide', 'narrow'] as const)
      : (['wide', 'narrow'] as const))
      await shoot(world, scheme, size);
  process.stdout.write(`screenshots: ${folder}\n`);
} finally {
  await world.close();
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { type BrowserWorld, noBrowser, openBrowserWorld } from '../support/browser.ts';
import { shopDay } from './shop-day.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Found {
  violations: Violation[];
}

interface Violation {
  id: string;
  impact: string;
  nodes: { target: string[] }[];
}

const pages: [path: string, open?: string][] = [
  ['/'],
  ['/events'],
  ['/event-types/order.created'],
  ['/deliveries'],
  ['/deliveries?reference=nothing'],
  ['/endpoints'],
  ['/endpoints', 'Create endpoint'],
  ['/dead-letters'],
  ['/dead-letters', 'Replay all'],
  ['/sources'],
  ['/sources', 'Create source'],
  ['/settings/you'],
  ['/settings/people'],
  ['/settings/people', 'Add person'],
  ['/settings/keys'],
  ['/settings/accounts'],
  ['/settings/audit'],
];

describe('everybody can use the dashboard', { skip: noBrowser }, () => {
  let world: BrowserWorld;

  before(async () => {
    world = await openBrowserWorld();
    await shopDay(world);
  });
  after(async () => {
    await world?.close();
  });

  test('axe finds nothing serious on any page, light and dark', async () => {
    // Its script is no file of ours, which is all that the pages' own policy lets in.
    const page = await world.signedIn(await world.context({ bypassCSP: true }));
    const first = async (list: string): Promise<string> =>
      `${list}/${String((await world.server.call('GET', `/v1${list}`)).json.data[0]!.id)}`;
    const dead = (await first('/dead-letters')).replace('dead-letters', 'deliveries');
    const more = [dead, await first('/endpoints'), await first('/events')].map((path) => [path] as [string]);
    const found: string[] = [];
    for (const [path, open] of [...pages, ...more]) {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(world.server.url + path);
      await page.locator('main h1').waitFor({ state: 'attached' });
      await page.locator('main [role="status"]').first().waitFor({ state: 'detached' });
      if (open !== undefined) await page.getByRole('button', { name: open }).first().click();
      await page.evaluate(axe);
      const violations = (await page.evaluate('axe.run()')) as Found;
      await page.emulateMedia({ colorScheme: 'dark' });
      // Only colours differ.
      const dark = (await page.evaluate("axe.run({ runOnly: ['color-contrast'] })")) as Found;
      for (const { id, impact, nodes } of [...violations.violations, ...dark.violations]) {
        const where = nodes.map(({ target }) => target.join(' ')).join(', ');
        if (impact === 'serious' || impact === 'critical')
          found.push(`${path} ${open ?? ''} ${id}: ${where}`);
      }
    }
    assert.deepEqual(found, []);
  });

  test('nothing has to be scrolled sideways at 360 pixels, and 2560 are put to use', async () => {
    for (const width of [360, 2560]) {
      const page = await world.signedIn(await world.context({ viewport: { width, height: 900 } }));
      for (const [path] of pages) {
        await page.goto(world.server.url + path);
        await page.locator('main h1').waitFor({ state: 'attached' });
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        assert.ok(Number(wide) <= width, `${path} is ${wide} wide at ${width}`);
      }
    }
    assert.deepEqual(world.problems, []);
  });
});

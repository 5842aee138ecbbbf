import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
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
  ['/orders'],
  ['/orders?state=refunded&overdue=true'],
  ['/orders', 'Register order'],
  ['/bins'],
  ['/bins', 'Create bin'],
  ['/alerts'],
  ['/alerts/rules'],
  ['/alerts/rules', 'Create rule'],
  ['/alerts/channels'],
  ['/alerts/channels', 'Create channel'],
  ['/settings/you'],
  ['/settings/people'],
  ['/settings/people', 'Add person'],
  ['/settings/keys'],
  ['/settings/accounts'],
  ['/settings/retention'],
  ['/settings/audit'],
];

describe('everybody can use the dashboard', { skip: noBrowser }, () => {
  let world: BrowserWorld;
  let page: Page;

  before(async () => {
    world = await openBrowserWorld();
    await shopDay(world);
    // Its script is no file of ours, which is all that the pages' own policy lets in.
    page = await world.signedIn(await world.context({ bypassCSP: true }));
  });
  after(async () => {
    await world?.close();
  });

  /** Of both schemes; in the dark only colours differ. */
  async function violationsOf(path: string, open?: string): Promise<string[]> {
    const found: string[] = [];
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(world.server.url + path);
    await page.locator('main h1').waitFor({ state: 'attached' });
    await page.locator('main [role="status"]').first().waitFor({ state: 'detached' });
    if (open !== undefined) await page.getByRole('button', { name: open }).first().click();
    await page.evaluate(axe);
    const light = (await page.evaluate('axe.run()')) as Found;
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = (await page.evaluate("axe.run({ runOnly: ['color-contrast'] })")) as Found;
    for (const { id, impact, nodes } of [...light.violations, ...dark.violations]) {
      const where = nodes.map(({ target }) => target.join(' ')).join(', ');
      if (impact === 'serious' || impact === 'critical') found.push(`${id}: ${where}`);
    }
    return found;
  }

  for (const [path, open] of pages)
    test(`axe finds nothing serious at ${path}${open === undefined ? '' : `, ${open}`}`, async () => {
      assert.deepEqual(await violationsOf(path, open), []);
    });

  for (const list of ['/endpoints', '/events', '/sources', '/orders', '/bins', '/alerts', '/dead-letters'])
    test(`axe finds nothing serious at what is open beside ${list}`, async () => {
      const first = String((await world.server.call('GET', `/v1${list}`)).json.data[0]!.id);
      const page = list === '/dead-letters' ? '/deliveries' : list;
      assert.deepEqual(await violationsOf(`${page}/${first}`), []);
    });

  test('nothing has to be scrolled sideways at 360 pixels, and 2560 are put to use', async () => {
    for (const width of [360, 2560]) {
      const sized = await world.signedIn(await world.context({ viewport: { width, height: 900 } }));
      for (const [path] of pages) {
        await sized.goto(world.server.url + path);
        await sized.locator('main h1').waitFor({ state: 'attached' });
        const wide = await sized.evaluate('document.documentElement.scrollWidth');
        assert.ok(Number(wide) <= width, `${path} is ${wide} wide at ${width}`);
      }
    }
    assert.deepEqual(world.problems, []);
  });

  test('on a telephone the top takes one line, and a delivery says what it is about and where it goes', async () => {
    const phone = await world.signedIn(await world.context({ viewport: { width: 360, height: 740 } }));
    const height = await phone.evaluate("document.querySelector('header').getBoundingClientRect().height");
    assert.ok(Number(height) < 60, `the top is ${height} high`);
    await phone.getByRole('button', { name: 'Menu' }).click();
    await phone.getByRole('button', { name: /^Sign out/ }).waitFor();
    await phone.goto(`${world.server.url}/deliveries`);
    const row = phone.locator('tr[data-row]', { hasText: '127.0.0.1:' }).first();
    const line = row.getByText('127.0.0.1:').first();
    const isCut = await line.evaluate(
      (at: { scrollWidth: number; clientWidth: number }) => at.scrollWidth > at.clientWidth,
    );
    assert.ok(!isCut, 'the path is cut');
    await phone.goto(`${world.server.url}/settings/audit`);
    const what = await phone.locator('tr[data-row] td:nth-child(3)').first().boundingBox();
    assert.ok((what?.width ?? 0) > 160, `what was done has ${what?.width} px`);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type BrowserWorld, noBrowser, openBrowserWorld } from '../support/browser.ts';

/* What can be set, and what a form says where it cannot. */

describe('a person who sets things', { skip: noBrowser }, () => {
  let world: BrowserWorld;
  let page: Page;

  before(async () => {
    world = await openBrowserWorld();
    page = await world.signedIn(await world.context());
  });
  after(async () => {
    await world?.close();
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog');
  const go = (path: string) => page.goto(world.server.url + path);

  test('gives an endpoint a schedule, headers and a filter, and reads beside each what is wrong with it', async () => {
    const { json } = await world.server.call('POST', '/v1/endpoints', {
      url: `${world.receiver.url}/set`,
      events: ['set.*'],
    });
    await go(`/endpoints/${json.id}`);
    await button('Edit').click();
    await dialog().getByText('More settings').click();
    await dialog().getByLabel('What failed is tried again').selectOption('after these waits');
    await dialog().getByLabel('Waits').fill('1s, soon');
    await dialog().getByRole('button', { name: 'Add a row' }).click();
    await dialog().getByLabel('Header', { exact: true }).fill('Host');
    await dialog().getByLabel('Value of Host').fill('shop');
    await dialog().getByLabel('Filter, as JSON').fill('{"/data/total": {"gte": 100');
    await dialog().getByRole('button', { name: 'Save changes' }).click();
    await dialog()
      .getByText(/^is no JSON/)
      .waitFor();
    await dialog().getByLabel('Filter, as JSON').fill('{"/data/total": {"more": 100}}');
    await dialog().getByRole('button', { name: 'Save changes' }).click();
    await dialog()
      .getByText(/^no. 2: must be/)
      .waitFor();
    const header = dialog().getByLabel('Header', { exact: true });
    const why = await header.getAttribute('aria-describedby');
    await dialog()
      .locator(`[id="${why}"]`, { hasText: /^is reserved/ })
      .waitFor();
    assert.equal(await header.getAttribute('aria-invalid'), 'true');
    assert.ok((await dialog().getByLabel('Filter, as JSON').getAttribute('aria-invalid')) === 'true');
    await dialog().getByLabel('Waits').fill('1s, 5s');
    await header.fill('X-Env');
    await dialog().getByRole('button', { name: 'Add a row' }).click();
    await header.last().fill('x-env');
    await dialog().getByRole('button', { name: 'Save changes' }).click();
    await dialog()
      .getByText(/^stands in two rows/)
      .waitFor();
    await dialog().getByRole('button', { name: 'Remove x-env', exact: true }).click();
    await dialog().getByLabel('Filter, as JSON').fill('{"/data/total": {"gte": 12345678901234567890}}');
    await dialog().getByRole('button', { name: 'Save changes' }).click();
    await dialog().waitFor({ state: 'detached' });
    const region = page.getByRole('region', { name: 'Details' });
    await region.getByText('after 1s, 5s').waitFor();
    await region.getByText('"gte": 12345678901234567890').waitFor();
    const now = (await world.server.call('GET', `/v1/endpoints/${json.id}`)).json;
    assert.match(JSON.stringify(now.retry), /"schedule":\["1s","5s"\]/);
    assert.deepEqual(now.headers, { 'X-Env': '•••' });
    await button('Edit').click();
    assert.match(await dialog().getByLabel('Filter, as JSON').inputValue(), /12345678901234567890/);
  });

  test('is led to a folded field that is wrong, in an endpoint that is not made yet', async () => {
    await go('/endpoints');
    await button('Create endpoint').first().click();
    await dialog().getByLabel('URL').fill(`${world.receiver.url}/folded`);
    await dialog().getByRole('checkbox', { name: /^\* / }).check();
    await dialog().getByText('More settings').click();
    await dialog().getByLabel('At once, at most').fill('many');
    await dialog().getByText('More settings').click();
    await dialog().getByRole('button', { name: 'Create endpoint' }).click();
    await dialog().locator('input[aria-invalid="true"]:focus').waitFor();
    await dialog().getByLabel('At once, at most').fill('3');
    await dialog().getByRole('button', { name: 'Create endpoint' }).click();
    await dialog()
      .getByText(/^whsec_/)
      .waitFor();
  });

  test('is asked before what was typed is lost by Esc, by a click beside it or by ✕, and not where nothing was', async () => {
    await go('/endpoints');
    const ask = page.getByRole('dialog', { name: 'Close without saving?' });
    const form = page.getByRole('dialog', { name: 'Create an endpoint' });
    const open = () => button('Create endpoint').first().click();
    await open();
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await open();
    await form.getByLabel('URL').fill('https://typed.example/');
    for (const leave of [
      () => page.keyboard.press('Escape'),
      () => page.mouse.click(5, 5),
      () => form.getByRole('button', { name: 'Close' }).click(),
    ]) {
      await leave();
      await ask.getByRole('button', { name: 'Keep it open' }).click();
      await ask.waitFor({ state: 'detached' });
      assert.equal(await form.getByLabel('URL').inputValue(), 'https://typed.example/');
    }
    await page.keyboard.press('Escape');
    await ask.getByRole('button', { name: 'Close without saving' }).click();
    await form.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: /folded/ }).click();
    await button('Edit').click();
    await dialog().getByText('More settings').click();
    await dialog().getByRole('button', { name: 'Add a row' }).click();
    await page.keyboard.press('Escape');
    await ask.waitFor();
  });

  test('presses what makes a key or a rule before anything is chosen, and reads what is missing', async () => {
    await go('/settings/keys');
    await button('Create API key').first().click();
    await dialog().getByLabel('What it is for').fill('nothing');
    await dialog()
      .getByRole('checkbox', { name: /publish/i })
      .first()
      .uncheck();
    await dialog().getByRole('button', { name: 'Create API key' }).click();
    await dialog().getByText('choose at least one', { exact: true }).waitFor();
  });

  test('reads in the log of what people did what was changed of an endpoint', async () => {
    const { json } = await world.server.call('POST', '/v1/endpoints', {
      url: `${world.receiver.url}/changed`,
      events: ['changed.*'],
    });
    await go(`/endpoints/${json.id}`);
    await button('Edit').click();
    await dialog().getByText('More settings').click();
    await dialog().getByLabel('Timeout of an attempt').fill('9s');
    await dialog().getByRole('button', { name: 'Save changes' }).click();
    await dialog().waitFor({ state: 'detached' });
    await go('/settings/audit');
    await page.getByRole('row', { name: /Changed endpoint .*\/changed: Timeout/ }).waitFor();
  });

  test('reads in the log of what people did what was made, and gets there', async () => {
    await go('/bins');
    await button('Create bin').first().click();
    await dialog().getByLabel('Name').fill('demo');
    await dialog().getByRole('button', { name: 'Create bin' }).click();
    await page.getByText('The bin is ready to catch.').waitFor();
    await go('/settings/audit');
    await page
      .getByRole('row', { name: /Made bin ‘demo’/ })
      .getByRole('link', { name: '‘demo’' })
      .click();
    await page.waitForURL(/\/bins\/bin_/);
  });
});

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { freePort } from '../support/brokers/broker.ts';
import { type BrowserWorld, noBrowser, openBrowserWorld } from '../support/browser.ts';
import { eventually } from '../support/process.ts';

/* Orders, bins and alerts, as a person uses them. */

describe('a person who follows orders, looks into requests and is told', { skip: noBrowser }, () => {
  let world: BrowserWorld;
  let page: Page;

  before(async () => {
    world = await openBrowserWorld();
    const context = await world.context();
    page = await world.signedIn(context);
  });
  after(async () => {
    await world?.close();
  });

  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });
  const dialog = () => page.getByRole('dialog');
  const details = () => page.getByRole('region', { name: 'Details' });
  const go = (path: string) => page.goto(world.server.url + path);

  test('is not told that all is well while what failed is tried again, and sees why a queue gives nothing', async () => {
    const port = await freePort();
    const made = await world.server.call('POST', '/v1/endpoints', {
      url: `http://127.0.0.1:${port}/`,
      events: ['*'],
    });
    await world.server.call('POST', '/v1/events', { type: 'order.created', data: {} });
    await go('/');
    await page.getByText('Some are being retried.').waitFor();
    await page.getByRole('region', { name: 'What is being retried' }).waitFor();
    await world.server.call('DELETE', `/v1/endpoints/${String(made.json.id)}`);

    await world.server.call('POST', '/v1/sources', {
      name: 'Warehouse',
      consume: `redis://127.0.0.1:${port}/?stream=orders`,
    });
    await go('/sources');
    await page
      .getByRole('row', { name: /Warehouse/ })
      .getByText('Takes no messages')
      .waitFor();
    await page.getByRole('link', { name: 'Warehouse' }).click();
    await details()
      .getByText(/nothing listens at this address and port/)
      .waitFor();
    await details().getByText(`redis://127.0.0.1:${port}/?stream=orders`).waitFor();
    assert.equal(await details().getByText('The address for the provider').count(), 0);
  });

  test('follows a source, registers an order, sees it overdue and asked about, and fulfilled at last', async () => {
    await world.server.call('POST', '/v1/sources', { name: 'Supplier', scheme: 'unsigned' });
    await go('/orders');
    await page.getByRole('link', { name: 'Choose a source to follow' }).click();
    await page.getByRole('link', { name: 'Supplier' }).click();
    await button('Follow its orders').click();
    await dialog().getByLabel('Overdue after').fill('100ms');
    await dialog().getByLabel('Ask about an order when nobody tells').check();
    await dialog().getByLabel('Where to ask').fill(`${world.receiver.url}/orders/{reference}`);
    await dialog().getByLabel('Ask first after').fill('200ms');
    await dialog().getByLabel('Then every').fill('500ms');
    await dialog().getByRole('button', { name: 'Save how it is followed' }).click();
    await details().getByText('after 200ms, then every 500ms').waitFor();

    await go('/orders');
    await button('Register order').first().click();
    await dialog().getByLabel('Reference').fill('ORD-77');
    await dialog().getByRole('button', { name: 'Register order' }).click();
    await details().getByText('Registered by the store').waitFor();
    await details().getByText('Took longer than allowed: overdue').waitFor();
    await details()
      .getByText(/^Asked.*: still pending/)
      .first()
      .waitFor();
    await go('/orders?overdue=true');
    await page.getByRole('link', { name: 'ORD-77' }).click();
    world.receiver.orders = 'fulfilled';
    await details().getByText('Asked, and found out: order.fulfilled').waitFor();
    await details().getByRole('heading', { level: 2 }).getByText('Fulfilled').waitFor();
    await details().getByText('It has ended.').waitFor();
    await go('/orders?overdue=true');
    await page.getByText('No orders match').waitFor();
  });

  test('an endpoint is made for a source, gets what comes through it, and can be told to take it from elsewhere', async () => {
    const made = await world.server.call('POST', '/v1/sources', { name: 'Till', scheme: 'unsigned' });
    const { id, url } = made.json as unknown as { id: string; url: string };
    const send = (day: number) => fetch(url, { method: 'POST', body: `{"type":"till.closed","day":${day}}` });
    await send(1);
    await go(`/sources/${id}`);
    await details().getByText('what comes is kept, and goes nowhere').waitFor();
    await details().getByRole('cell', { name: 'Taken in' }).waitFor();
    await details()
      .getByRole('row', { name: /Taken in/ })
      .getByRole('link')
      .click();
    await details().getByText('What comes by a source goes to endpoints that take it from there').waitFor();
    await go(`/sources/${id}`);
    await button('Create endpoint for it').click();
    await dialog().getByLabel('URL').fill(`${world.receiver.url}/till`);
    await dialog().getByRole('checkbox', { name: 'Till' }).waitFor();
    await dialog().getByRole('button', { name: 'Create endpoint' }).click();
    await dialog().getByRole('button', { name: 'Done' }).click();
    await details().getByText('That came by').waitFor();
    const before = world.receiver.received;
    await send(2);
    await go(`/sources/${id}`);
    await details().getByRole('link', { name: '/till' }).click();
    await eventually(30_000, async () => world.receiver.received > before);
    await button('Edit').click();
    await dialog().getByLabel('Of those, the ones that came by').selectOption('the API');
    await dialog().getByRole('button', { name: 'Save changes' }).click();
    await dialog().waitFor({ state: 'detached' });
    await go(`/sources/${id}`);
    await details().getByText('No endpoint yet').waitFor();
  });

  test('a rule is made, and what it tells of is an alert that leads to the page that mends it', async () => {
    await go('/alerts');
    await page.getByRole('link', { name: 'Channels' }).click();
    await button('Create channel').first().click();
    await dialog().getByLabel('Name', { exact: true }).fill('Night shift');
    await dialog().getByLabel('To').fill('not an address');
    await dialog().getByRole('button', { name: 'Create channel' }).click();
    await dialog().getByLabel('To').fill('night@shop.example');
    await dialog().getByRole('button', { name: 'Create channel' }).click();
    await page.getByRole('cell', { name: 'Night shift' }).waitFor();

    await page.getByRole('link', { name: 'Who is told' }).click();
    await button('Create rule').click();
    await dialog().getByLabel('Name', { exact: true }).fill('Money');
    await dialog().getByLabel('A balance is low').check();
    await dialog()
      .getByLabel(/^Night shift/)
      .check();
    await dialog().getByLabel('Event that follows').fill('balance.topup');
    await dialog().getByRole('button', { name: 'Create rule' }).click();
    await page.getByRole('cell', { name: 'Money' }).waitFor();

    await world.server.call('POST', '/v1/events', { type: 'balance.low', data: { left: 1 } });
    await go('/alerts?kind=balance.low');
    await page.getByRole('link', { name: 'A balance is low' }).click();
    await details().getByText('Night shift').waitFor();
    await details().getByRole('link', { name: 'Look at the events' }).click();
    await page.getByRole('link', { name: 'balance.low' }).first().waitFor();
    await go('/');
    await page.getByRole('region', { name: 'What needs you' }).getByText('A balance is low').waitFor();
    await page.getByRole('link', { name: /^Alerts.*need attention/ }).waitFor();

    await go('/alerts/rules');
    await page.getByRole('row', { name: /Money/ }).getByRole('button', { name: 'Edit' }).click();
    await dialog().getByLabel('The rule is on').uncheck();
    await dialog().getByRole('button', { name: 'Save rule' }).click();
    await page.getByRole('row', { name: /Money.*Off/ }).waitFor();
    await page.getByRole('row', { name: /Money/ }).getByRole('button', { name: 'Delete' }).click();
    await button('Delete this rule').click();
    await page.getByRole('row', { name: /Money/ }).waitFor({ state: 'detached' });
  });

  test('makes a bin, sees what it catches as it comes, and why the signature does not hold', async () => {
    await go('/bins');
    await button('Create bin').first().click();
    await dialog().getByLabel('Name', { exact: true }).fill('Why not');
    await dialog().getByLabel('Explain the signature as').selectOption('github');
    await dialog()
      .getByLabel(/^Secret/)
      .fill('topsecret');
    await dialog().getByText('How it answers').click();
    await dialog().getByLabel('Status').fill('202');
    await dialog().getByRole('button', { name: 'Create bin' }).click();
    await details().getByText('● live').waitFor();
    await details().getByText('Nothing came yet').waitFor();
    const url =
      (await details()
        .getByText(/\/b\/bin_\w+$/)
        .textContent()) ?? '';

    const signature = createHmac('sha256', 'topsecret').update('{"total": 12.5}').digest('hex');
    const send = (body: string) =>
      fetch(url, { method: 'POST', body, headers: { 'x-hub-signature-256': `sha256=${signature}` } });
    assert.equal((await send('{"total":12.5}')).status, 202);
    const explained = details().getByRole('region', { name: 'Signature' });
    await explained.getByText('The signature does not hold').waitFor();
    await explained.getByText('That is it:').waitFor();
    await send('{"total": 12.5}');
    await page.getByRole('row', { name: /Holds/ }).first().getByRole('link').click();
    await explained.getByText('✓ The signature holds').waitFor();

    await button('Change how it behaves').click();
    await dialog().getByText('How it answers').click();
    await dialog().getByLabel('Fail the first').fill('1');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await details().getByText('500 for the first 1, then 202').waitFor();
    await button('Delete').click();
    await button('Delete this bin').click();
    await page.getByText('The bin is deleted.').waitFor();
    assert.equal((await send('{}')).status, 404);
  });

  test('no page had an error to tell or asked anybody but its server', () => {
    assert.deepEqual(world.problems, []);
  });
});

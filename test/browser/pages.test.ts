import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { type BrowserWorld, noBrowser, openBrowserWorld } from '../support/browser.ts';
import { eventually } from '../support/process.ts';

/* Each page's main act, as a person does it. */

describe('a person at the dashboard', { skip: noBrowser }, () => {
  let world: BrowserWorld;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    world = await openBrowserWorld();
    context = await world.context();
  });
  after(async () => {
    await world?.close();
  });

  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });
  const go = (path: string) => page.goto(world.server.url + path);
  const endpoint = async (body: object): Promise<string> =>
    String((await world.server.call('POST', '/v1/endpoints', body)).json.id);

  test('comes in by the one-time link, which leaves no trace in the address, and sets a password', async () => {
    page = await world.signedIn(context);
    assert.equal(new URL(page.url()).hash, '');
    await page.getByText('Nobody is told anything yet').waitFor();
    await page.getByRole('link', { name: 'Set an e-mail address and a password' }).click();
    await page.getByLabel('E-mail address').fill('ana@shop.example');
    await page.getByLabel('Password').fill('correct horse battery');
    await button('Save').click();
    await page.getByText('Saved.').waitFor();
    await button(/^Sign out/).click();
    // The page that is left has fields of the same names.
    await page.getByRole('heading', { name: 'Sign in to Surehook' }).waitFor();
    await page.getByLabel('E-mail address').fill('ana@shop.example');
    await page.getByLabel('Password').fill('wrong wrong wrong');
    await button('Sign in').click();
    await page.getByRole('alert').getByText('do not fit together').waitFor();
    await page.getByLabel('Password').fill('correct horse battery');
    await button('Sign in').click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });

  test('makes an endpoint, sees its secret, sends a test event and reads the answer', async () => {
    await go('/endpoints');
    await button('Create endpoint').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('URL').fill('ftp://nowhere.example');
    await dialog.getByRole('button', { name: 'Create endpoint' }).click();
    await dialog.getByText('choose at least one, or * for everything', { exact: true }).waitFor();
    await dialog.getByLabel('Find or type an event type').fill('order.*');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByRole('button', { name: 'Create endpoint' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('URL').fill(world.receiver.url);
    await dialog.getByRole('button', { name: 'Create endpoint' }).click();
    await dialog.getByText(/^whsec_/).waitFor();
    await dialog.getByRole('button', { name: 'Send test event' }).click();
    await dialog.getByText('Succeeded', { exact: true }).waitFor();
    await dialog.getByRole('tab', { name: 'Response' }).click();
    await dialog.getByText('"ok"').waitFor();
    assert.equal(world.receiver.received, 1);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { level: 2, name: world.receiver.url }).waitFor();
  });

  test('finds a failed delivery, sees why, mends the receiver, sends it again and sees it delivered', async () => {
    world.receiver.status = 503;
    await world.server.call('POST', '/v1/events', {
      type: 'order.created',
      data: { reference: 'ORD-1', total: 12.5 },
    });
    await go('/deliveries?reference=ORD-1');
    await page.getByRole('link', { name: 'order.created' }).click();
    const story = page.getByRole('region', { name: 'Details' });
    await story.getByText('The receiver failed (503)').first().waitFor();
    await page.getByText(/Attempt 2 of \d+ in \d/).waitFor();
    const times = story.getByRole('list', { name: 'Where the time went' });
    await times.getByText(/^Waited \d+ ms$/).waitFor();
    world.receiver.status = 200;
    await page.keyboard.press('r');
    await page.getByText('It is on its way again.').waitFor();
    await story.getByRole('heading', { level: 2 }).getByText('Delivered').waitFor();
    await page.keyboard.press('Escape');
    await story.waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).search, '?reference=ORD-1');
  });

  test('filters stand in the address; what matches nothing offers to clear them', async () => {
    await go('/deliveries');
    await page.getByLabel('Reference or id').fill('nothing like it');
    await page.getByText('No deliveries match').waitFor();
    assert.equal(new URL(page.url()).searchParams.get('reference'), 'nothing like it');
    await button('Clear filters').last().click();
    await page.getByRole('link', { name: 'order.created' }).waitFor();
    await page.getByLabel('Text in the payload').fill('data.reference:ORD-1');
    await page.getByLabel('Answered').fill('4xx');
    await page.getByText('No deliveries match').waitFor();
    await page.getByLabel('Answered').fill('2xx');
    await page.getByLabel('Attempts, at least').fill('2');
    await page.waitForURL(/minAttempts=2/);
    await page.getByRole('link', { name: 'order.created' }).waitFor();
    const { searchParams } = new URL(page.url());
    assert.deepEqual(
      ['q', 'httpStatus', 'minAttempts'].map((name) => searchParams.get(name)),
      ['data.reference:ORD-1', '2xx', '2'],
    );
  });

  test('opens a row wherever it is clicked, and the chart calls red what failed', async () => {
    await go('/deliveries?reference=ORD-1');
    await page.getByRole('cell', { name: 'ORD-1', exact: true }).click();
    await page.getByRole('region', { name: 'Details' }).waitFor();
    await go('/');
    await page.locator('.u-legend').getByText('Failed').waitFor();
    assert.equal(await page.locator('.u-legend').getByText('Attempts').count(), 0);
    // A span that is dragged over stands in the address, and is looked at closer.
    const chart = (await page.locator('.u-over').first().boundingBox())!;
    await page.mouse.move(chart.x + chart.width * 0.5, chart.y + 50);
    await page.mouse.down();
    await page.mouse.move(chart.x + chart.width * 0.9, chart.y + 60, { steps: 5 });
    await page.mouse.up();
    await page.getByRole('link', { name: 'Look at its deliveries' }).click();
    await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
    const { searchParams } = new URL(page.url());
    assert.ok(Date.parse(searchParams.get('since') ?? '') < Date.parse(searchParams.get('until') ?? ''));
    await page.goBack();
    await button('Back to the last 24 hours').click();
    await page.getByText('in the last 24 hours').waitFor();
    assert.equal(new URL(page.url()).search, '');
    await page.getByText('As a table').click();
    await page.getByRole('columnheader', { name: 'p95' }).waitFor();
  });

  test('finds an event by text in its payload, and its payload is shown as it was published', async () => {
    await world.server.call(
      'POST',
      '/v1/events',
      '{"type":"order.paid","data":{"amount":12.50,"note":"needle-in-hay","big":12345678901234567890}}',
    );
    await go('/events?q=needle-in-hay');
    await page.getByRole('link', { name: 'order.paid' }).click();
    await page.getByText('12345678901234567890').waitFor();
    await page.getByText('12.50').waitFor();
  });

  test('pauses, resumes, changes, rotates and deletes an endpoint', async () => {
    const id = await endpoint({ url: `${world.receiver.url}/second`, events: ['pet.*'] });
    await go(`/endpoints/${id}`);
    await button('Pause').click();
    await page
      .getByText(/paused by Owner/)
      .first()
      .waitFor();
    await button('Resume').click();
    await button('Pause').waitFor();
    await button('Edit').click();
    await page.getByText('More settings').click();
    await page.getByLabel('Description').fill('The second one');
    await button('Save changes').click();
    await page.getByRole('table').getByText('The second one').waitFor();
    await page.getByRole('region', { name: 'Details' }).getByText('The second one').waitFor();
    await button('Rotate secret').click();
    await button('Rotate this secret').click();
    await page.getByText('is the one before').waitFor();
    await button('Delete').click();
    await button('Delete this endpoint').click();
    await page.getByText('The endpoint is deleted.').waitFor();
    assert.equal((await world.server.call('GET', `/v1/endpoints/${id}`)).status, 404);
  });

  test('replays 500 dead letters with progress, cancels, and then lets the rest go', async () => {
    world.receiver.status = 500;
    const many = 500;
    const id = await endpoint({
      url: `${world.receiver.url}/many`,
      events: ['bulk.*'],
      retry: { schedule: [] },
      concurrency: 64,
    });
    const events = Array.from({ length: many }, (_, at) => ({ type: 'bulk.order', data: { at } }));
    await world.server.call('POST', '/v1/events/batch', { events });
    await go('/dead-letters');
    await page
      .getByText(/^250 ×|^[\d,]+ × The receiver failed \(500\)/)
      .first()
      .waitFor();
    await eventually(30_000, async () => {
      const stats = await world.server.call('GET', `/v1/endpoints/${id}/stats`);
      return Number(stats.json.dead) === many;
    });
    const [file] = await Promise.all([page.waitForEvent('download'), button('Download as NDJSON').click()]);
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\n');
    assert.equal(lines.length, many);
    assert.ok(lines.every((line) => (JSON.parse(line) as { status: string }).status === 'dead'));
    // So slow that there is something to cancel.
    await world.server.call('PATCH', `/v1/endpoints/${id}`, { rateLimit: { perSecond: 20 } });
    world.receiver.status = 200;
    await button(/^Replay all/).click();
    await button('Start the replay').click();
    await page.getByRole('heading', { name: `Replay of ${many} deliveries` }).waitFor();
    await page.getByText(/^[1-9]\d* of 500 ended/).waitFor();
    await button('Cancel the replay').click();
    await page.getByText('not sent.').waitFor();
    await world.server.call('PATCH', `/v1/endpoints/${id}`, { rateLimit: null });
    await go('/dead-letters');
    await button(/^Replay all/).click();
    await button('Start the replay').click();
    await page.getByText('0 dead again; 0 not sent.').waitFor();
  });

  test('A72 A73 what receivers and publishers send is shown as text and does nothing', async () => {
    const evil = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>\u202Eevil\u0007';
    world.receiver.status = 500;
    world.receiver.body = evil + 'x'.repeat(200_000);
    await endpoint({
      url: `${world.receiver.url}/evil`,
      events: ['evil.*'],
      description: evil.slice(0, -1),
    });
    const deep = '['.repeat(60) + ']'.repeat(60);
    const data = `{"reference":"javascript:alert(1)","html":${JSON.stringify(evil)},"deep":${deep},"line":"${'y'.repeat(200_000)}"}`;
    const published = await world.server.call('POST', '/v1/events', `{"type":"evil.event","data":${data}}`);
    await go(`/events/${String(published.json.id)}`);
    await page.getByText('<script>window.hurt=1</script>').waitFor();
    await go('/deliveries?eventType=evil.event');
    await page.getByRole('link', { name: 'evil.event' }).click();
    await page.getByRole('tab', { name: 'Response' }).click();
    await page.getByText('onerror="window.hurt=1"').first().waitFor();
    // Of a long text a beginning is laid out, and more of it by and by.
    const shown = page.locator('section[aria-label="response body"]');
    const charsOf = async (): Promise<number> => ((await shown.textContent()) ?? '').length;
    assert.ok((await charsOf()) <= 9000);
    await button(/^Show more/).click();
    await page.waitForFunction(
      'document.querySelector(\'section[aria-label="response body"]\').textContent.length > 9000',
    );
    assert.equal(await page.evaluate('window.hurt'), undefined);
    assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
    // A few bytes of brackets are no tree of thousands of elements, nor gigabytes of spaces.
    world.receiver.body = '['.repeat(8000) + ']'.repeat(8000);
    await world.server.call('POST', '/v1/events', '{"type":"evil.deep","data":1}');
    await go('/deliveries?eventType=evil.deep');
    await page.getByRole('link', { name: 'evil.deep' }).click();
    await page.getByRole('tab', { name: 'Response' }).click();
    await shown.getByText('[').first().waitFor();
    assert.ok((await charsOf()) <= 9000);
    assert.ok(Number(await page.evaluate("document.querySelectorAll('*').length")) < 2000);
    world.receiver.body = 'ok';
    world.receiver.status = 200;
  });

  test('sets up a source, and sees what its provider sends as it comes: rejected first, then judged again', async () => {
    await go('/sources');
    await button('Create source').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Who sends').selectOption('github');
    await dialog.getByLabel('Name').fill('Our repository');
    await dialog.getByRole('button', { name: 'Create source' }).click();
    await page.getByText('It still needs: Secret.').waitFor();
    const address = await page.getByText(/\/in\/[\w-]+$/).textContent();
    const body = '{"action":"opened","note":"it-came-live"}';
    const signature = createHmac('sha256', 'provider-secret').update(body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'issues',
      'x-github-delivery': 'd-1',
      'x-hub-signature-256': `sha256=${signature}`,
    };
    assert.equal((await fetch(address ?? '', { method: 'POST', body, headers })).status, 401);
    const request = page.getByRole('region', { name: 'Request' });
    await page.getByRole('cell', { name: 'Rejected' }).waitFor();
    await page
      .getByRole('row', { name: /Rejected/ })
      .getByRole('link')
      .click();
    await request.getByText('it-came-live').waitFor();
    await button('Give it what it needs').click();
    await dialog.getByLabel(/^Secret/).fill('provider-secret');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await request.getByRole('button', { name: 'Verify again' }).click();
    await page.getByText('Believed now: it is an event.').waitFor();
    await request.getByRole('link', { name: 'Look at the event that it is now' }).waitFor();
  });

  test('sets up a source that takes messages out of a queue, is told why none come, and mends its address', async () => {
    await go('/sources');
    await button('Create source').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('How it comes').selectOption({ label: 'Out of a queue: Redis Streams' });
    await dialog.getByText('Whoever can write into the queue is believed.').waitFor();
    await dialog.getByLabel('Name').fill('Orders of the shop');
    await dialog.getByLabel('Address of the queue').fill('redis://shop:s3cret@127.0.0.1:1/0');
    await dialog.getByRole('button', { name: 'Create source' }).click();
    await dialog.getByRole('alert').getByText('stream').waitFor();
    await dialog.getByLabel('Address of the queue').fill('redis://shop:s3cret@127.0.0.1:1/0?stream=orders');
    await dialog.getByRole('button', { name: 'Create source' }).click();
    const story = page.getByRole('region', { name: 'Details' });
    await story.getByText('▲ Takes no messages').waitFor();
    await story.getByText('It is tried again by itself.').waitFor();
    await button('Change queue or secret').click();
    const address = dialog.getByLabel('Address of the queue');
    assert.equal(await address.inputValue(), 'redis://shop:•••@127.0.0.1:1/0?stream=orders');
    await address.fill('redis://shop:•••@127.0.0.1:1/0?stream=others');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await story.getByText('redis://shop:•••@127.0.0.1:1/0?stream=others').waitFor();
  });

  test('an owner adds a viewer, who comes in by a link, sees, and is offered nothing that viewers may not', async () => {
    await go('/settings/people');
    await button('Add person').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Vera');
    await dialog.getByLabel('Role').selectOption('viewer');
    await dialog.getByRole('button', { name: 'Add person' }).click();
    const link = await page.getByText(/\/signin#/).textContent();
    const other = await (await world.context()).newPage();
    await other.goto(link ?? '');
    await other.getByRole('button', { name: 'Sign in with this link' }).click();
    await other.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await other.goto(`${world.server.url}/endpoints`);
    await other.getByRole('link', { name: world.receiver.url, exact: true }).click();
    await other.getByRole('region', { name: 'Details' }).getByText('Wire format').waitFor();
    for (const name of ['Pause', 'Delete', 'Edit', 'Show secret', 'Create endpoint'])
      assert.equal(await other.getByRole('button', { name }).count(), 0, name);
    await other.goto(`${world.server.url}/settings`);
    assert.equal(await other.getByRole('link', { name: 'People' }).count(), 0);
    await page.keyboard.press('Escape');
    await go('/settings/audit');
    await page.getByText('Added person').first().waitFor();
  });

  test('an address or an id that there is not is said to be none, and leads on', async () => {
    assert.equal((await go('/nope'))?.status(), 404);
    await page.getByText('There is no page at this address').waitFor();
    await page.getByRole('link', { name: 'Go to the overview' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await go('/deliveries/xyz?status=dead');
    await page.getByText('There is no delivery with this id').waitFor();
    assert.equal(await button('Try again').count(), 0);
    await page.getByRole('link', { name: 'All deliveries' }).click();
    await page.getByRole('region', { name: 'Details' }).waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).search, '');
    await go('/event-types/never.described');
    await page.getByText('There is no event type with this name').waitFor();
  });

  test('what went to an endpoint that was deleted says where it went, and is not offered to be sent again', async () => {
    const url = `${world.receiver.url}/left`;
    const id = await endpoint({ url, events: ['left.*'] });
    await world.server.call('POST', '/v1/events', { type: 'left.us', data: {} });
    await eventually(30_000, async () => {
      const { json } = await world.server.call('GET', `/v1/deliveries?endpointId=${id}&status=delivered`);
      return json.data.length === 1;
    });
    await world.server.call('DELETE', `/v1/endpoints/${id}`);
    await go('/deliveries?eventType=left.us');
    await page.getByRole('cell', { name: 'a deleted endpoint' }).waitFor();
    await page.getByRole('link', { name: 'left.us' }).click();
    const story = page.getByRole('region', { name: 'Details' });
    await story.getByText('(deleted)').waitFor();
    await story.getByText(url, { exact: true }).waitFor();
    assert.equal(await button('Send again').count(), 0);
    const known = (await story.getByText(/^dlv_/).textContent()) ?? '';
    await go('/deliveries');
    await page.getByLabel('Reference or id').fill(known);
    await story.getByText('(deleted)').waitFor();
  });

  test('gets about by keys: the palette, the list of keys, rows', async () => {
    await go('/');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('dead');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Dead letters' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
    await page.locator('[data-row]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Details' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  });

  test('no page had an error to tell or asked anybody but its server', () => {
    assert.deepEqual(world.problems, []);
  });
});

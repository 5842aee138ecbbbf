import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type BrowserWorld, noBrowser, openBrowserWorld } from '../support/browser.ts';
import { eventually } from '../support/process.ts';

/* Working through what failed: looking closely, sending again, choosing many. */

describe('a person who works through what failed', { skip: noBrowser }, () => {
  let world: BrowserWorld;
  let page: Page;

  before(async () => {
    world = await openBrowserWorld();
    page = await world.signedIn(await world.context({ permissions: ['clipboard-read', 'clipboard-write'] }));
  });
  after(async () => {
    await world?.close();
  });

  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });
  const details = () => page.getByRole('region', { name: 'Details' });
  const go = (path: string) => page.goto(world.server.url + path);
  const clipboard = async (): Promise<string> =>
    String(await page.evaluate('navigator.clipboard.readText()'));
  const endpoint = async (body: object): Promise<string> =>
    String((await world.server.call('POST', '/v1/endpoints', body)).json.id);
  const publish = async (type: string, count: number): Promise<void> => {
    const events = Array.from({ length: count }, (_, at) => ({ type, data: { reference: `ORD-${at}` } }));
    await world.server.call('POST', '/v1/events/batch', { events });
  };

  test('looks at a body indented, as it was sent and byte for byte, and reads how much of it is kept', async () => {
    await endpoint({ url: `${world.receiver.url}/close`, events: ['close.*'] });
    world.receiver.body = 'z'.repeat(20_000);
    await publish('close.look', 1);
    await go('/deliveries?eventType=close.look');
    await page.getByRole('link', { name: 'close.look' }).click();
    const body = details().getByRole('region', { name: 'request body' });
    await body.getByText('"reference": "ORD-0"').waitFor();
    await button('As sent').click();
    await body.getByText('"reference":"ORD-0"').waitFor();
    await button('Hex').click();
    await body.getByText('00000000  7b 22').waitFor();
    await page.getByRole('tab', { name: 'Response' }).click();
    await details().getByText('There was more, 20,000 bytes in all: the first 16 KiB are kept.').waitFor();
    world.receiver.body = 'ok';
  });

  test('copies a delivery as curl and as Node, each signed for this moment', async () => {
    await page.keyboard.press('c');
    await page.getByText('Copied the request, signed for this moment.').waitFor();
    assert.match(await clipboard(), /^curl -X POST 'http/);
    await button('Copy as Node').click();
    await page.waitForFunction(
      "navigator.clipboard.readText().then((text) => text.startsWith('const answer'))",
    );
    assert.match(await clipboard(), /"webhook-signature": "v1,/);
  });

  test('filters that the server cannot read are said to be wrong, and cleared by one click', async () => {
    await endpoint({ url: `${world.receiver.url}/wrong`, events: ['wrong.*'] });
    await publish('wrong.filter', 1);
    await go('/deliveries?status=nonsense');
    await page.getByText('Status: must be one or more of').waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('link', { name: 'wrong.filter' }).waitFor();
  });

  test('the way to find a page has room for its words on a tablet', async () => {
    await page.setViewportSize({ width: 768, height: 1024 });
    await go('/deliveries');
    const box = await button(/^Find a page or an id/).boundingBox();
    assert.ok((box?.width ?? 0) > 120, `${box?.width} px`);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('an endpoint that was disabled says why, and one click enables it and sends what it missed', async () => {
    const id = await endpoint({ url: `${world.receiver.url}/gone`, events: ['gone.*'] });
    world.receiver.status = 410;
    await publish('gone.away', 1);
    await go(`/endpoints/${id}`);
    await details().getByText('the receiver answered 410 Gone').waitFor();
    await publish('gone.meanwhile', 2);
    world.receiver.status = 200;
    await button('Enable and send what it missed').click();
    await page.getByText('what was held goes out, and 1 that were given up').waitFor();
    await details().getByText('1 of 1 ended: 1 delivered').waitFor();
    await eventually(30_000, async () => {
      const { json } = await world.server.call('GET', `/v1/deliveries?endpointId=${id}&status=delivered`);
      return json.data.length === 3;
    });
  });

  test('that a secret was looked at stands in the log of what people did', async () => {
    const id = await endpoint({ url: `${world.receiver.url}/secret`, events: ['secret.*'] });
    await go(`/endpoints/${id}`);
    await details().getByText('That it is shown is noted').waitFor();
    assert.equal(
      await details()
        .getByText(/whsec_/)
        .count(),
      0,
    );
    await button('Show secret').click();
    await details()
      .getByText(/^whsec_/)
      .waitFor();
    await button('Pause').click();
    await button('Resume').click();
    await button('Pause').waitFor();
    await go('/settings/audit');
    const looked = page.getByRole('row', { name: /Looked at the secret of/ }).filter({ hasText: id });
    await looked.waitFor();
    assert.equal(await looked.count(), 1, 'what was done after it is no second look');
  });

  test('chooses a span of deliveries with Shift, sends them again, and cancels those that wait', async () => {
    const id = await endpoint({ url: `${world.receiver.url}/many`, events: ['many.*'] });
    const box = (reference: string) =>
      page.getByRole('checkbox', { name: `Choose many.orders ${reference}` });
    await publish('many.orders', 6);
    await go(`/deliveries?endpointId=${id}&status=delivered`);
    await box('ORD-0').waitFor();
    const before = world.receiver.received;
    await box('ORD-5').click();
    await box('ORD-2').click({ modifiers: ['Shift'] });
    await page.getByText('4 chosen').waitFor();
    await button('Send 4 again').click();
    await page.getByText('4 deliveries are on their way again.').waitFor();
    await page.getByText('4 chosen').waitFor({ state: 'detached' });
    await eventually(30_000, async () => world.receiver.received === before + 4);
    await world.server.call('POST', `/v1/endpoints/${id}/pause`);
    await publish('many.held', 3);
    await go(`/deliveries?endpointId=${id}&status=held`);
    await page.getByRole('link', { name: 'many.held' }).last().waitFor();
    await page.getByRole('checkbox', { name: 'Choose all shown' }).check();
    await button('Cancel 3').click();
    await button('Cancel 3 deliveries').click();
    await page.getByText('3 deliveries are cancelled.').waitFor();
    await page.getByText('No deliveries match').waitFor();
  });

  test('of the chosen ones that could not be cancelled it is told how many were, and the rest stays chosen', async () => {
    const id = await endpoint({ url: `${world.receiver.url}/half`, events: ['half.*'] });
    await world.server.call('POST', `/v1/endpoints/${id}/pause`);
    await publish('half.held', 3);
    await go(`/deliveries?endpointId=${id}`);
    await page.getByRole('link', { name: 'half.held' }).last().waitFor();
    await page.getByRole('checkbox', { name: 'Choose all shown' }).check();
    await button('Live').click();
    const { json } = await world.server.call('GET', `/v1/deliveries?endpointId=${id}`);
    const [, second] = json.data as unknown as { id: string }[];
    await world.server.call('POST', `/v1/deliveries/${second!.id}/cancel`);
    await button('Cancel 3').click();
    await button('Cancel 3 deliveries').click();
    await page
      .getByText(/2 of 3 deliveries are cancelled; 1 is still chosen\. .*has ended already/)
      .waitFor();
    await page.getByText('1 chosen').waitFor();
    await button('Paused').click();
  });

  test('chooses dead letters by keys, and sends just those again', async () => {
    await endpoint({ url: `${world.receiver.url}/dead`, events: ['dead.*'], retry: { schedule: [] } });
    world.receiver.status = 500;
    await publish('dead.letter', 4);
    await eventually(30_000, async () => {
      const { json } = await world.server.call('GET', '/v1/dead-letters?eventType=dead.letter');
      return json.data.length === 4;
    });
    world.receiver.status = 200;
    await go('/dead-letters');
    await page.getByText('Show them').first().click();
    await page.getByRole('link', { name: 'dead.letter' }).first().focus();
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    await page.getByText('3 chosen').waitFor();
    await button('Send 3 again').click();
    await page.getByText('3 deliveries are on their way again.').waitFor();
    await page.getByText('1 × The receiver failed (500)').waitFor();
    await button('Choose these 1').click();
    await button('Dismiss 1').click();
    await page.getByText('1 dismissed: they count as cancelled now.').waitFor();
    await page.getByText('1 × The receiver failed (500)').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Choose the row').waitFor();
  });

  test('plans a replay by count, sample and speed, pauses it, goes on and reads the report', async () => {
    await endpoint({ url: `${world.receiver.url}/slow`, events: ['slow.*'], retry: { schedule: [] } });
    world.receiver.status = 500;
    await publish('slow.letter', 12);
    await eventually(30_000, async () => {
      const { json } = await world.server.call('GET', '/v1/dead-letters?eventType=slow.letter');
      return json.data.length === 12;
    });
    world.receiver.status = 200;
    await go('/dead-letters');
    await button('Replay these 12').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^Sends 12 dead letters of .*slow again/).waitFor();
    const sample = dialog.getByRole('list', { name: 'The first of them' });
    await sample.getByText('slow.letter').first().waitFor();
    await sample.getByText('and 7 more').waitFor();
    await dialog.getByLabel('At most in a second').fill('2');
    await dialog.getByText('It takes about 6 s.').waitFor();
    await button('Start the replay').click();
    await details().getByText('2 a second').waitFor();
    await button('Pause the replay').click();
    await details().getByText('Paused', { exact: true }).waitFor();
    const paused = await world.server.call('GET', '/v1/replays?limit=1');
    const [{ done }] = paused.json.data as unknown as [{ done: number }];
    assert.ok(done < 12);
    await button('Go on with the replay').click();
    await details().getByText('12 of 12 ended: 12 delivered, 0 dead again; 0 not sent.').waitFor();
  });

  test('any id leads to the page that shows what it names', async () => {
    const { json } = await world.server.call('GET', '/v1/deliveries?eventType=slow.letter&status=delivered');
    const [{ id, eventId, endpointId }] = json.data as unknown as [
      { id: string; eventId: string; endpointId: string },
    ];
    const { attempts } = (await world.server.call('GET', `/v1/deliveries/${id}`)).json as unknown as {
      attempts: { id: string }[];
    };
    await go(`/go/${attempts[0]!.id}`);
    await details().getByRole('heading', { name: 'Attempt 1' }).waitFor();
    assert.equal(new URL(page.url()).pathname, `/deliveries/${id}`);
    await go(`/go/${endpointId}`);
    await page.waitForURL(`**/endpoints/${endpointId}`);
    await go(`/go/${eventId}`);
    await page.waitForURL(`**/events/${eventId}`);
    const source = await world.server.call('POST', '/v1/sources', { name: 'Signed', scheme: 'github' });
    await fetch(String(source.json.url), { method: 'POST', body: '{}' });
    const sourceId = String(source.json.id);
    let request = '';
    await eventually(30_000, async () => {
      const { json: kept } = await world.server.call('GET', `/v1/sources/${sourceId}/requests`);
      request = String((kept.data as { id?: string }[])[0]?.id ?? '');
      return request !== '';
    });
    await go(`/go/${request}`);
    await page.waitForURL(`**/sources/${sourceId}?request=${request}`);
    await go(`/go/alr_${'0'.repeat(26)}`);
    await page.getByText('Nothing has this id').waitFor();
  });

  test('sees that an event type is deprecated, and who still wants it', async () => {
    await world.server.call('PUT', '/v1/event-types/stock.low', {
      description: 'Running out',
      deprecated: true,
    });
    const url = `${world.receiver.url}/stock`;
    await endpoint({ url, events: ['stock.*'] });
    await go('/event-types');
    await page
      .getByRole('row', { name: /stock\.low/ })
      .getByText('deprecated')
      .waitFor();
    await page.getByRole('link', { name: 'stock.low' }).click();
    await details().getByText('1 still wants it.').waitFor();
    await details().getByRole('link', { name: url }).click();
    await details().getByRole('heading', { name: url }).waitFor();
  });

  test('sees which endpoint is in trouble and when it is tried next, and how long everything is kept', async () => {
    const url = `${world.receiver.url}/weak`;
    await endpoint({ url, events: ['weak.*'], retry: { schedule: ['2h'] } });
    world.receiver.status = 500;
    await publish('weak.order', 2);
    await go('/endpoints');
    const row = page.getByRole('row', { name: url });
    await row.getByText('Degraded', { exact: true }).waitFor();
    await row.getByText('2 of 2 attempts failed in its last hour').waitFor({ state: 'attached' });
    await row.getByText(/^in \d h/).waitFor();
    await row.getByText(/^0\.0 %/).waitFor();
    world.receiver.status = 200;
    await go('/events?type=weak.order');
    await page.getByText('What has ended is kept for 30d.').waitFor();
    await go('/settings/retention');
    await page.getByText('Events, deliveries, attempts').waitFor();
  });

  test('no page had an error to tell or asked anybody but its server', () => {
    assert.deepEqual(world.problems, []);
  });
});

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type BrowserWorld, noBrowser, openBrowserWorld } from '../support/browser.ts';

/* What happens elsewhere shows on the page that is open, without anybody loading it again. */

describe('the dashboard follows what happens', { skip: noBrowser }, () => {
  let world: BrowserWorld;
  let page: Page;

  before(async () => {
    world = await openBrowserWorld();
    page = await world.signedIn(await world.context());
  });
  after(async () => {
    await world?.close();
  });

  /** The page says so itself; a polling one would say nothing of the kind. */
  const isLive = () => page.getByRole('button', { name: 'Live', pressed: true }).getByText('●').waitFor();
  const publish = (type: string) => world.server.call('POST', '/v1/events', { type, data: { n: 1 } });

  test('a webhook that is posted to a source appears there', async () => {
    const source = await world.server.call('POST', '/v1/sources', {
      name: 'Our repository',
      scheme: 'github',
      secret: 'provider-secret',
    });
    const { id, url } = source.json as unknown as { id: string; url: string };
    await page.goto(`${world.server.url}/sources/${id}`);
    await page.getByText('Nothing came yet').waitFor();
    await isLive();
    const body = '{"action":"opened"}';
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'issues',
      'x-github-delivery': 'd-1',
      'x-hub-signature-256': `sha256=${createHmac('sha256', 'provider-secret').update(body).digest('hex')}`,
    };
    assert.equal((await fetch(url, { method: 'POST', body, headers })).status, 200);
    await page.getByRole('cell', { name: 'Taken in' }).waitFor();
  });

  test('deliveries appear as they are made, hold still while they are told to, and are caught up with', async () => {
    await world.server.call('POST', '/v1/endpoints', { url: world.receiver.url, events: ['live.*'] });
    await page.goto(`${world.server.url}/deliveries`);
    await page.getByText('No deliveries yet').waitFor();
    await isLive();
    await publish('live.first');
    const row = (type: string) => page.getByRole('row', { name: new RegExp(type) });
    await row('live.first').getByText('Delivered').waitFor();
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByRole('button', { name: 'Paused' }).waitFor();
    await publish('live.second');
    await page.getByRole('link', { name: 'live.first' }).click();
    await page.getByRole('region', { name: 'Details' }).getByRole('heading', { level: 2 }).waitFor();
    assert.equal(await row('live.second').count(), 0);
    await page.getByRole('button', { name: 'Paused' }).click();
    await row('live.second').getByText('Delivered').waitFor();
  });

  test('a page that lost the server finds it again, and what it missed', async () => {
    await page.goto(`${world.server.url}/deliveries`);
    await isLive();
    await page.context().setOffline(true);
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await page.getByRole('button', { name: 'Live' }).getByText('◌').waitFor();
    await publish('live.missed');
    await page.context().setOffline(false);
    await page.getByRole('row', { name: /live\.missed/ }).waitFor();
    await isLive();
    assert.deepEqual(world.problems, []);
  });
});

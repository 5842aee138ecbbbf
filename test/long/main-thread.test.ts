import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type BrowserWorld, noBrowser, openBrowserWorld } from '../support/browser.ts';

const longestTaskMs = 200;
/** A machine that does something else besides makes a page late now and then: it is the best of three that counts. */
const tries = 3;

describe('a page stays quick whatever publishers and receivers send', { skip: noBrowser }, () => {
  let world: BrowserWorld;
  let page: Page;
  let eventPath: string;

  before(async () => {
    world = await openBrowserWorld();
    world.receiver.status = 500;
    world.receiver.body = `<b>${'x'.repeat(200_000)}`;
    const context = await world.context();
    await context.addInitScript(`
      window.longestMs = 0;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) window.longestMs = Math.max(window.longestMs, duration);
      }).observe({ entryTypes: ['longtask'] });`);
    page = await world.signedIn(context);
    await world.server.call('POST', '/v1/endpoints', { url: world.receiver.url, events: ['evil.*'] });
    const deep = '['.repeat(60) + ']'.repeat(60);
    const members = Array.from({ length: 2500 }, (_, at) => `"m${at}":{"<i>":[1.50,"${'z'.repeat(9)}"]}`);
    const line = 'y'.repeat(60_000);
    const data = `{"line":"${line}\\u0007\\u202e","deep":${deep},${members.join(',')}}`;
    const event = await world.server.call('POST', '/v1/events', `{"type":"evil.large","data":${data}}`);
    assert.equal(event.status, 202, event.text);
    eventPath = `/events/${String(event.json.id)}`;
  });
  after(async () => {
    await world?.close();
  });

  /** The longest task of the main thread while a person does this; the first paint of the page counts, too. */
  async function longestOf(act: () => Promise<void>): Promise<number> {
    let best = Number.POSITIVE_INFINITY;
    for (let left = tries; left > 0 && best > longestTaskMs; left--) {
      await act();
      best = Math.min(best, Number(await page.evaluate('window.longestMs')));
    }
    return best;
  }

  test('a payload of long lines and deep members blocks no page', async () => {
    const ms = await longestOf(async () => {
      await page.goto(world.server.url + eventPath);
      await page.getByText('yyyy').first().waitFor();
      await page.getByRole('button', { name: /^Show more/ }).click();
      await page.getByRole('button', { name: 'As sent' }).click();
      await page.getByRole('button', { name: 'As sent', pressed: true }).waitFor();
      await page.getByRole('button', { name: 'Hex' }).click();
      await page.getByText('00000000  7b').waitFor();
    });
    assert.ok(ms <= longestTaskMs, `a task took ${ms} ms`);
  });

  test('nor does an answer of 200 KB in one line', async () => {
    const ms = await longestOf(async () => {
      await page.goto(`${world.server.url}/deliveries?eventType=evil.large`);
      await page.getByRole('link', { name: 'evil.large' }).click();
      await page.getByRole('tab', { name: 'Response' }).click();
      await page.getByText('<b>xxx').first().waitFor();
    });
    assert.ok(ms <= longestTaskMs, `a task took ${ms} ms`);
  });
});

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { ManualClock } from '../../test/support/clock.ts';
import { ScriptedSender } from '../../test/support/scripted-sender.ts';
import * as limits from '../core/limits/sources.ts';
import { Certificates } from './certificates.ts';

const urlOf = (n: number): string => `https://certs.example/${n}.pem`;

describe('certificates of providers', () => {
  let clock: ManualClock;
  let sender: ScriptedSender;
  let certificates: Certificates;
  /** How long an answer takes, and which addresses have none. */
  let afterMs: number;
  let missing: (url: string) => boolean;

  beforeEach(() => {
    clock = new ManualClock();
    sender = new ScriptedSender(clock);
    afterMs = 0;
    missing = () => false;
    sender.script(({ request: { url } }) =>
      missing(url) ? { httpStatus: 404, afterMs } : { responseBody: `PEM of ${url}`, afterMs },
    );
    certificates = new Certificates({ clock, sender, version: '0.0.0' });
  });

  async function all(urls: string[]): Promise<(string | null)[]> {
    const asked = Promise.all(urls.map((url) => certificates.at(url)));
    for (let n = 0; n < 20; n++) await clock.advance(afterMs + 1);
    return await asked;
  }

  test('are fetched once for all who wait, and kept', async () => {
    afterMs = 1000;
    assert.deepEqual(await all([urlOf(1), urlOf(1), urlOf(1)]), Array(3).fill(`PEM of ${urlOf(1)}`));
    await all([urlOf(1)]);
    assert.equal(sender.sent.length, 1);
    await clock.advance(limits.certificateKeepMs);
    await all([urlOf(1)]);
    assert.equal(sender.sent.length, 2);
  });

  test('that are not to be had are not asked for again for a while', async () => {
    missing = () => true;
    assert.deepEqual(await all([urlOf(1), urlOf(1)]), [null, null]);
    await all([urlOf(1)]);
    assert.equal(sender.sent.length, 1);
    missing = () => false;
    await clock.advance(limits.certificateAgainMs);
    assert.deepEqual(await all([urlOf(1)]), [`PEM of ${urlOf(1)}`]);
  });

  test('are fetched a few at a time; who would wait too long is sent away, and may come again', async () => {
    afterMs = 1000;
    const most = limits.certificatesAtOnce + limits.certificatesWaiting;
    const urls = Array.from({ length: most + 5 }, (_, n) => urlOf(n));
    const asked = Promise.all(urls.map((url) => certificates.at(url)));
    await clock.settle();
    assert.equal(sender.sent.length, limits.certificatesAtOnce);
    for (let n = 0; n < 20; n++) await clock.advance(1000);
    assert.deepEqual(
      (await asked).map((pem) => pem !== null),
      urls.map((_, n) => n < most),
    );
    assert.deepEqual(
      await all(urls.slice(most)),
      urls.slice(most).map((url) => `PEM of ${url}`),
    );
  });

  test('that are used stay when others come, and what is not to be had takes no room from them', async () => {
    const { certificatesKept: kept } = limits;
    await all([urlOf(0)]);
    for (let n = 1; n <= kept; n++) {
      if (n === kept) await all([urlOf(0)]);
      await all([urlOf(n)]);
    }
    missing = (url) => url.includes('/none');
    for (let n = 0; n <= kept; n++) await all([`https://certs.example/none${n}`]);
    const { length } = sender.sent;
    await all([urlOf(0), urlOf(2), urlOf(kept)]);
    assert.equal(sender.sent.length, length);
    await all([urlOf(1)]);
    assert.equal(sender.sent.length, length + 1);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ApiWorld } from '../support/api.ts';
import { provider } from '../support/provider.ts';

const vectors = JSON.parse(readFileSync(new URL('../vectors/signatures.json', import.meta.url), 'utf8')) as {
  id: string;
  rawBodyBase64: string;
  certPem?: string;
}[];
const confirmation = vectors.find(({ id }) => id === 'aws-sns/03')!;
const message = JSON.parse(Buffer.from(confirmation.rawBodyBase64, 'base64').toString()) as Record<
  string,
  string
>;

describe('attacks on the door', () => {
  let world: ApiWorld;
  beforeEach(async () => {
    world = await ApiWorld.open();
  });
  afterEach(() => world.close());

  test('A25 neither a certificate nor a confirmation is fetched from anywhere but the provider, and none that it did not sign', async () => {
    const made = await world.ask('POST', '/v1/sources', { name: 'SNS', scheme: 'aws-sns' });
    const post = (more: object) =>
      world.app.inject({
        method: 'POST',
        url: new URL(made.body.url).pathname,
        headers: { 'content-type': 'text/plain' },
        payload: JSON.stringify({ ...message, ...more }),
      });
    for (const host of [
      '169.254.169.254',
      'localhost:4400',
      'sns.us-west-2.amazonaws.com.evil.example',
      'sns.us-west-2.amazonaws.com@evil.example',
      'evil.example/sns.us-west-2.amazonaws.com',
      'evil-sns.us-west-2.amazonaws.com',
      's3.us-west-2.amazonaws.com',
    ]) {
      assert.equal((await post({ SigningCertURL: `https://${host}/c.pem` })).statusCode, 401, host);
      assert.deepEqual(world.sent, [], host);
    }
    assert.equal(
      (await post({ SigningCertURL: message.SigningCertURL!.replace('https', 'http') })).statusCode,
      401,
    );
    assert.deepEqual(world.sent, []);
    world.answer = { responseBody: confirmation.certPem! };
    for (const SubscribeURL of [
      'http://169.254.169.254/latest',
      'https://evil.example/?Action=ConfirmSubscription',
    ])
      assert.equal((await post({ SubscribeURL })).statusCode, 401);
    // The certificate alone, and once.
    assert.deepEqual(
      world.sent.map(({ url }) => url),
      [message.SigningCertURL],
    );
  });

  test('A25 a certificate that cannot be had is asked for once a minute, and the provider to come again', async () => {
    const made = await world.ask('POST', '/v1/sources', { name: 'SNS', scheme: 'aws-sns' });
    const post = () =>
      world.app.inject({
        method: 'POST',
        url: new URL(made.body.url).pathname,
        payload: JSON.stringify(message),
      });
    world.answer = { httpStatus: 500 };
    for (let n = 0; n < 3; n++) {
      const answer = await post();
      assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [503, '1']);
    }
    assert.equal(world.sent.length, 1);
    await world.clock.advance(60_000);
    world.answer = { responseBody: confirmation.certPem! };
    assert.equal((await post()).statusCode, 200);
    assert.equal(world.sent.length, 3);
  });

  test('A34 a request that is sent once more within its time is acknowledged and not processed again, and too old after it', async () => {
    const supplier = await provider(world);
    await world.endpoint({ sources: ['*'] });
    const body = '{"type":"order.fulfilled"}';
    const headers = { 'content-type': 'application/json', ...supplier.headers(body, 'msg_1') };
    const replay = () => world.app.inject({ method: 'POST', url: supplier.path, headers, payload: body });
    const answers = [await replay(), await replay(), await replay()];
    assert.deepEqual(
      answers.map((answer) => answer.json().duplicate === true),
      [false, true, true],
    );
    await world.clock.advance(299_000);
    assert.equal((await replay()).json().duplicate, true);
    await world.clock.advance(2000);
    assert.equal((await replay()).statusCode, 401);
    assert.equal(world.sent.length, 1);
  });

  test('A45 a request that one source believes is nothing to another with another secret', async () => {
    const mine = await provider(world);
    const theirs = await provider(world, { secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' });
    const headers = mine.headers('{}', 'msg_1');
    const answer = await world.app.inject({ method: 'POST', url: theirs.path, headers, payload: '{}' });
    assert.equal(answer.statusCode, 401);
  });

  test('A38 a flood of what is not believed is answered, counted, and kept within bounds', async () => {
    const supplier = await provider(world);
    for (let n = 0; n < 60; n++) {
      const answer = await supplier.post('{}', { headers: { 'webhook-signature': `v1,${n}` } });
      assert.equal(answer.statusCode, 401);
    }
    const { data } = (await world.ask('GET', `/v1/sources/${supplier.id}/requests?limit=250`)).body;
    assert.equal(data.length, 20);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { nodeCrypto } from '../../src/adapters/system/crypto.ts';
import { signAs } from '../../src/core/signing.ts';
import { presetNamed } from '../../src/core/sources/presets.ts';
import { ApiWorld } from '../support/api.ts';
import { heldBy, type Vector, vectors } from '../support/vectors.ts';

/* Every vector once more, posted to the address of a source: what the door adds must not change what the scheme says. */

interface HandshakeCase {
  id: string;
  provider: string;
  request: { method: string; path: string; headers: Record<string, string>; rawBodyBase64: string };
  signed: boolean;
  config: Record<string, string>;
  response: { status: number; headers?: Record<string, string>; body?: string; json?: unknown };
}

const handshakesFile = new URL('../vectors/handshakes.json', import.meta.url);
const handshakes = JSON.parse(readFileSync(handshakesFile, 'utf8')) as HandshakeCase[];

describe('what is posted to a source is believed exactly when its vector says so', () => {
  let world: ApiWorld;
  before(async () => {
    world = await ApiWorld.open();
  });
  after(() => world.close());

  for (const vector of vectors.filter(({ strictness }) => strictness === 'must')) {
    test(vector.id, async () => {
      const made = await world.ask('POST', '/v1/sources', {
        name: vector.id,
        scheme: vector.scheme,
        secrets: heldBy(vector).secrets,
        fields: fieldsOf(vector),
      });
      // A secret that nothing could be believed with is refused at once.
      if (made.status === 422) return assert.equal(vector.valid, false, made.text);
      world.answer = { responseBody: vector.certPem ?? '' };
      if (vector.now !== null) world.clock.jumpTo(vector.now * 1000);
      const answer = await world.app.inject({
        method: vector.method as 'POST',
        url: new URL(made.body.url).pathname,
        headers: vector.headers,
        payload: Buffer.from(vector.rawBodyBase64, 'base64'),
      });
      await world.clock.settle();
      assert.deepEqual(world.faults, []);
      assert.equal(answer.statusCode < 300, vector.valid, answer.payload);
      if (!vector.valid) assert.equal(answer.statusCode, answer.json().status);
      await world.clock.settle();
      const { data } = (await world.ask('GET', `/v1/sources/${made.body.id}/requests`)).body;
      if (!vector.valid)
        assert.deepEqual(
          data.map((row: { verdict: string }) => row.verdict),
          ['rejected'],
        );
    });
  }
});

function fieldsOf(vector: Vector): Record<string, string> {
  const { toleranceSeconds, url } = vector;
  const takesUrl = presetNamed(vector.scheme)?.fields.some(({ name }) => name === 'notificationUrl') === true;
  return {
    ...heldBy(vector).fields,
    ...(toleranceSeconds === undefined ? {} : { tolerance: `${toleranceSeconds}s` }),
    ...(url !== undefined && takesUrl ? { notificationUrl: url } : {}),
  };
}

describe('a provider that asks whether somebody is there is answered through the door, and it is no event', () => {
  let world: ApiWorld;
  before(async () => {
    world = await ApiWorld.open();
  });
  after(() => world.close());

  for (const { id, provider, request, signed, config, response } of handshakes) {
    test(id, async () => {
      const { secret, privateKey, ...fields } = config;
      // A private key reads as its public one.
      const key = provider === 'discord' ? `whsk_${Buffer.alloc(32, 1).toString('base64')}` : 'k';
      const held = secret ?? privateKey ?? key;
      const sns = provider === 'aws-sns' ? signedNotice() : null;
      const made = await world.ask('POST', '/v1/sources', {
        name: id,
        scheme: provider,
        secrets: presetNamed(provider)!.secret === null && provider !== 'discord' ? [] : [held],
        fields,
      });
      assert.equal(made.status, 201, made.text);
      world.answer = { responseBody: sns?.certPem ?? 'ok' };
      const body = sns?.body ?? Buffer.from(request.rawBodyBase64, 'base64');
      const timestampS = Math.floor(world.clock.nowMs() / 1000);
      const isOurs = signed && sns === null && provider !== 'xero';
      const signature = isOurs ? signAs(provider, { secrets: [held], timestampS, body }, nodeCrypto()) : {};
      const asked = world.sent.length;
      const answer = await world.app.inject({
        method: request.method as 'GET',
        url: new URL(made.body.url).pathname + new URL(request.path, 'https://x.invalid').search,
        headers: { ...request.headers, ...signature },
        ...(body.length === 0 ? {} : { payload: body }),
      });
      assert.equal(answer.statusCode, response.status, answer.payload);
      if (response.json !== undefined) assert.deepEqual(answer.json(), response.json);
      if (response.body) assert.equal(answer.payload, response.body);
      const type = response.headers?.['content-type'];
      if (type !== undefined) assert.equal(answer.headers['content-type'], type);
      assert.deepEqual((await world.ask('GET', '/v1/events')).body.data, []);
      if (sns !== null)
        assert.deepEqual(
          world.sent.slice(asked).map(({ url }) => url),
          [sns.certUrl, sns.confirmUrl],
        );
    });
  }
});

/** A confirmation that SNS signed, from the vectors: nobody else has its key. */
function signedNotice(): { body: Buffer; certPem: string; certUrl: string; confirmUrl: string } {
  const { rawBodyBase64, certPem = '' } = vectors.find(({ id }) => id === 'aws-sns/03')!;
  const body = Buffer.from(rawBodyBase64, 'base64');
  const { SigningCertURL, SubscribeURL } = JSON.parse(body.toString()) as Record<string, string>;
  return { body, certPem, certUrl: SigningCertURL!, confirmUrl: SubscribeURL! };
}

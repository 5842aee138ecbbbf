import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeCrypto } from '../../src/adapters/system/crypto.ts';
import * as limits from '../../src/core/limits/bins.ts';
import { signAs } from '../../src/core/signing.ts';
import { ApiWorld, type Reply } from '../support/api.ts';

const secret = `whsec_${Buffer.from('a key of thirty-two bytes, or so').toString('base64')}`;

async function onWorld(prove: (world: ApiWorld) => Promise<void>): Promise<void> {
  const world = await ApiWorld.open();
  try {
    await prove(world);
  } finally {
    await world.close();
  }
}

const pathOf = (url: string): string => new URL(url).pathname;

async function caught(world: ApiWorld, bin: Reply['body']): Promise<Reply['body'][]> {
  return (await world.ask('GET', `/v1/bins/${bin.id}/requests`)).body.data;
}

describe('bins', () => {
  test('catch any method and any bytes below their address, without a key', () =>
    onWorld(async (world) => {
      const { status, body: bin } = await world.ask('POST', '/v1/bins');
      assert.equal(status, 201);
      assert.match(bin.id, /^bin_[a-z0-9]{42}$/);
      assert.equal(bin.url, `https://surehook.example/b/${bin.id}`);
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)
        assert.equal((await world.app.inject({ method, url: pathOf(bin.url) })).statusCode, 200);
      const bytes = Buffer.from([0xff, 0x00, 0x0a]);
      const options = { method: 'POST', url: `${pathOf(bin.url)}/deeper?a=1`, payload: bytes } as const;
      const answer = await world.app.inject({
        ...options,
        headers: { 'x-twice': ['1', '2'], 'content-type': 'image/png' },
      });
      assert.equal(answer.payload, '{"received":true}');
      const [found] = await caught(world, bin);
      assert.equal(found.url, `${bin.url}/deeper?a=1`);
      assert.equal(found.bodyBase64, bytes.toString('base64'));
      assert.deepEqual([found.method, found.status, found.verification], ['POST', 200, null]);
      assert.ok(found.headers.some(([name]: string[]) => name === 'content-type'));
      assert.equal((await caught(world, bin)).length, 8);
    }));

  test('catch a body whose type is none', () =>
    onWorld(async (world) => {
      const bin = (await world.ask('POST', '/v1/bins')).body;
      const headers = { 'content-type': 'json' };
      const options = { method: 'POST', url: pathOf(bin.url), payload: '{}', headers } as const;
      assert.equal((await world.app.inject(options)).statusCode, 200);
      const [found] = await caught(world, bin);
      assert.equal(found.bodyBase64 ?? found.body, found.bodyBase64 === undefined ? '{}' : btoa('{}'));
      assert.ok(found.headers.some(([name, value]: string[]) => name === 'content-type' && value === 'json'));
    }));

  test('behave as they are told: status, body, failing first, and told anew', () =>
    onWorld(async (world) => {
      const bin = (await world.ask('POST', '/v1/bins', { status: 202, failFirst: 2, body: 'done' })).body;
      const post = async () => await world.app.inject({ method: 'POST', url: pathOf(bin.url), payload: 'x' });
      const answers = [await post(), await post(), await post()];
      assert.deepEqual(
        answers.map(({ statusCode }) => statusCode),
        [500, 500, 202],
      );
      assert.equal(answers[2]!.payload, 'done');
      assert.equal((await world.ask('GET', `/v1/bins/${bin.id}`)).body.caught, 3);
      const changed = (await world.ask('PATCH', `/v1/bins/${bin.id}`, { status: 503 })).body;
      assert.deepEqual([changed.status, changed.failFirst, changed.caught], [503, 2, 0]);
      assert.deepEqual(
        [(await post()).statusCode, (await post()).statusCode, (await post()).statusCode],
        [500, 500, 503],
      );
    }));

  test('answer late when told to', () =>
    onWorld(async (world) => {
      const bin = (await world.ask('POST', '/v1/bins', { delay: '30s' })).body;
      let isAnswered = false;
      const answer = world.app.inject({ method: 'POST', url: pathOf(bin.url) }).then((found) => {
        isAnswered = true;
        return found;
      });
      while ((await caught(world, bin)).length === 0);
      await world.clock.advance(29_999);
      assert.equal(isAnswered, false);
      await world.clock.advance(1);
      assert.equal((await answer).statusCode, 200);
    }));

  test('a body past the bound is answered, and only its size is kept', () =>
    onWorld(async (world) => {
      const bin = (await world.ask('POST', '/v1/bins', {})).body;
      const payload = Buffer.alloc(limits.binBodyBytes + 1, 'x');
      assert.equal(
        (await world.app.inject({ method: 'PUT', url: pathOf(bin.url), payload })).statusCode,
        200,
      );
      const [found] = await caught(world, bin);
      assert.deepEqual([found.body, found.bodyBase64, found.bodyBytes], [null, null, payload.length]);
    }));

  test('with a scheme they explain each signature, and again with another secret', () =>
    onWorld(async (world) => {
      const bin = (await world.ask('POST', '/v1/bins', { scheme: 'standard', secret })).body;
      assert.deepEqual(bin.secrets, ['•••']);
      const body = '{"total":12.50}';
      const timestampS = Math.floor(world.clock.nowMs() / 1000);
      const headers = signAs('standard', { secrets: [secret], id: 'msg_1', timestampS, body }, nodeCrypto());
      const post = (payload: string) =>
        world.app.inject({ method: 'POST', url: pathOf(bin.url), payload, headers });
      await post(body);
      await post('{"total":12.5}');
      const [bad, good] = await caught(world, bin);
      assert.equal(good.verification.valid, true);
      assert.equal(good.verification.signed.text, `msg_1.${timestampS}.${body}`);
      assert.deepEqual(good.verification.expected, [headers['webhook-signature']]);
      assert.equal(bad.verification.valid, false);
      assert.ok(
        bad.verification.likely.some(({ cause }: { cause: string }) => cause === 'body_reserialised'),
      );
      await world.ask('PATCH', `/v1/bins/${bin.id}`, {
        secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
      });
      assert.equal((await caught(world, bin))[1].verification.valid, false);
    }));

  test('bad settings are named with pointers, and nothing is made', () =>
    onWorld(async (world) => {
      const input = {
        status: 99,
        delay: '2m',
        failFirst: -1,
        drop: 'yes',
        scheme: 'none-such',
        colour: 'red',
      };
      const { status, body } = await world.ask('POST', '/v1/bins', input);
      assert.equal(status, 422);
      const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer).sort();
      assert.deepEqual(pointers, ['/colour', '/delay', '/drop', '/failFirst', '/scheme', '/status']);
      assert.deepEqual(
        (await world.ask('POST', '/v1/bins', { secret: 'x' })).body.errors[0].pointer,
        '/secret',
      );
      assert.deepEqual((await world.ask('GET', '/v1/bins')).body.data, []);
    }));

  test('are watched by so many; one more is refused before its stream begins, and who leaves makes room', () =>
    onWorld(async (world) => {
      const { id } = (await world.ask('POST', '/v1/bins', {})).body;
      const bin = await world.engine.bins.find(world.engine.directory.accountById('default')!, id);
      const leave: (() => void)[] = [];
      for (let n = 0; n < limits.binWatchers; n++)
        world.engine.bins.watch(bin, null, (act) => leave.push(act));
      assert.equal((await world.ask('GET', `/v1/bins/${id}/stream`)).status, 429);
      leave[0]!();
      world.engine.bins.stop();
      assert.equal((await world.ask('GET', `/v1/bins/${id}/stream`)).status, 200);
    }));

  test('belong to their account; what is deleted catches no more', () =>
    onWorld(async (world) => {
      const other = await world.account('other');
      const bin = (await world.ask('POST', '/v1/bins', {})).body;
      for (const path of ['', '/requests', '/stream'])
        assert.equal(
          (await world.ask('GET', `/v1/bins/${bin.id}${path}`, undefined, other.headers)).status,
          404,
        );
      assert.equal((await world.ask('DELETE', `/v1/bins/${bin.id}`, undefined, other.headers)).status, 404);
      assert.equal((await world.ask('DELETE', `/v1/bins/${bin.id}`)).status, 204);
      assert.equal((await world.app.inject({ method: 'POST', url: pathOf(bin.url) })).statusCode, 404);
      assert.equal((await world.app.inject({ method: 'POST', url: '/b/%00' })).statusCode, 404);
    }));

  test('lists go on over pages', () =>
    onWorld(async (world) => {
      const bin = (await world.ask('POST', '/v1/bins', {})).body;
      for (let n = 0; n < 5; n++) await world.app.inject({ method: 'POST', url: `${pathOf(bin.url)}/${n}` });
      const urls: string[] = [];
      let next = '';
      do {
        const page = await world.ask('GET', `/v1/bins/${bin.id}/requests?limit=2${next}`);
        urls.push(...page.body.data.map(({ url }: { url: string }) => url.at(-1)));
        next = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`;
      } while (next !== '');
      assert.deepEqual(urls, ['4', '3', '2', '1', '0']);
    }));
});

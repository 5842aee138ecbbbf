import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/surehook.js', import.meta.url));

async function demo(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [bin, 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

describe('surehook demo', () => {
  test('with every fault at once no order is lost and none handled twice, and stdout is one line', async () => {
    const { code, out, err } = await demo('--orders', '120', '--faults', 'all', '--json');
    assert.equal(code, 0, out + err);
    const count = JSON.parse(out);
    assert.equal(out.trim().split('\n').length, 1);
    assert.deepEqual(Object.keys(count), ['placed', 'fulfilled', 'failed', 'refunded', 'lost', 'twice']);
    assert.deepEqual([count.placed, count.lost, count.twice], [120, 0, 0]);
    assert.equal(count.fulfilled + count.failed, 120);
    assert.ok(count.refunded <= count.fulfilled);
  });

  test('without faults it says what runs where, and the count in words', async () => {
    const { code, out } = await demo('--orders', '5');
    assert.equal(code, 0);
    assert.match(out, /Surehook runs at http:/);
    assert.match(
      out,
      /placed 5 = fulfilled \d+ \(of them refunded \d+\) \+ failed \d+\nlost 0, handled twice 0/,
    );
  });

  test('a fault that nobody knows, or a number that is none, runs nothing', async () => {
    assert.equal((await demo('--faults', 'earthquake')).code, 2);
    assert.equal((await demo('--orders', 'many')).code, 2);
  });
});

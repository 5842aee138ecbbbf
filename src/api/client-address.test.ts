import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddressFor } from './client-address.ts';

test('A69 a forwarded address is believed from trusted proxies only, and the rightmost that is none of theirs counts', () => {
  const client = clientAddressFor(['10.0.0.0/8', 'fd00::/8']);
  for (const [connected, forwarded, wanted] of [
    ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.0.0.1', '6.6.6.6, 198.51.100.1, 10.2.3.4', '198.51.100.1'],
    ['fd00::1', '2001:db8::7', '2001:db8::7'],
    ['10.0.0.1', '6.6.6.6, nonsense "x"', '10.0.0.1'],
    ['10.0.0.1', '10.0.0.2, 10.0.0.3', '10.0.0.2'],
  ] as const)
    assert.equal(client(connected, forwarded), wanted);
  assert.equal(client(undefined, '198.51.100.1'), null);
  assert.equal(clientAddressFor([])('10.0.0.1', '198.51.100.1'), '10.0.0.1');
});

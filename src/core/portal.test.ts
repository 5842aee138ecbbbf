import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SurehookError } from './errors.ts';
import * as limits from './limits/portals.ts';
import { portalScopes, portalStatus, readPortal } from './portal.ts';

function pointersOf(body: unknown): string[] {
  try {
    readPortal(body);
    return [];
  } catch (error) {
    assert.ok(error instanceof SurehookError);
    return error.problems.map(({ pointer }) => pointer);
  }
}

describe('a portal that is asked for', () => {
  test('has safe defaults', () => {
    assert.deepEqual(readPortal({}), {
      name: '',
      color: null,
      origins: [],
      readOnly: false,
      expiresInMs: limits.portalLinkMs,
      lastsMs: limits.portalMs,
    });
  });

  test('keeps what is well said', () => {
    const body = {
      account: 'acme',
      name: 'Acme',
      color: '#0A7D4F',
      origins: [
        'https://shop.example',
        'https://shop.example:8443/',
        'http://localhost:3000',
        'http://127.0.0.1',
      ],
      readOnly: true,
      expiresIn: '1h',
      lasts: '24h',
    };
    assert.deepEqual(readPortal(body), {
      account: 'acme',
      name: 'Acme',
      color: '#0a7d4f',
      origins: [
        'https://shop.example',
        'https://shop.example:8443',
        'http://localhost:3000',
        'http://127.0.0.1',
      ],
      readOnly: true,
      expiresInMs: 3_600_000,
      lastsMs: 86_400_000,
    });
  });

  test('names no origin that a policy of frames would read as more than one page', () => {
    for (const origin of [
      '*',
      'https://*.shop.example',
      'https:',
      'http://shop.example',
      'https://shop.example/path',
      "https://shop.example 'self'",
      'https://shop.example; script-src *',
      'https://user@shop.example',
      'javascript:alert(1)',
      'null',
      7,
    ])
      assert.deepEqual(pointersOf({ origins: [origin] }), ['/origins/0'], String(origin));
  });

  test('is refused with a pointer to each thing that is wrong', () => {
    const body = {
      name: 'a\nb',
      color: 'red;',
      origins: 'x',
      readOnly: 1,
      expiresIn: '2h',
      lasts: '1s',
      admin: true,
    };
    assert.deepEqual(pointersOf(body).sort(), [
      '/admin',
      '/color',
      '/expiresIn',
      '/lasts',
      '/name',
      '/origins',
      '/readOnly',
    ]);
  });

  test('lets see, and act unless it is for reading only; never hand in, nor fetch', () => {
    assert.deepEqual(portalScopes({ readOnly: true }), ['read']);
    assert.deepEqual(portalScopes({ readOnly: false }), ['read', 'manage']);
  });
});

test('a link can be opened until it expires, and what it opened ends by itself or is revoked', () => {
  const link = { expiresAtMs: 10, endsAtMs: null as number | null, revokedAtMs: null as number | null };
  assert.equal(portalStatus(link, 9), 'waiting');
  assert.equal(portalStatus(link, 10), 'expired');
  assert.equal(portalStatus({ ...link, endsAtMs: 30 }, 29), 'open');
  assert.equal(portalStatus({ ...link, endsAtMs: 30 }, 30), 'ended');
  assert.equal(portalStatus({ ...link, endsAtMs: 30, revokedAtMs: 20 }, 25), 'revoked');
});

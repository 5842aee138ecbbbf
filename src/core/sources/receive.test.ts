import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { nodeCrypto } from '../../adapters/system/crypto.ts';
import { readFields } from './fields.ts';
import { presetNamed } from './presets.ts';
import { answerHandshake } from './receive.ts';

const crypto = nodeCrypto();

interface Case {
  id: string;
  provider: string;
  request: { method: string; path: string; headers: Record<string, string>; rawBodyBase64: string };
  signed: boolean;
  config: Record<string, string>;
  response: { status: number; headers?: Record<string, string>; body?: string; json?: unknown };
}

const cases: Case[] = JSON.parse(
  readFileSync(new URL('../../../test/vectors/handshakes.json', import.meta.url), 'utf8'),
);

describe('handshakes are answered as their providers want', () => {
  for (const { id, provider, request, signed, config, response } of cases) {
    test(id, () => {
      const preset = presetNamed(provider)!;
      const { secret, privateKey, ...rest } = config;
      const read = readFields(preset, rest);
      const credentials = {
        secrets: [secret ?? privateKey ?? 'k'],
        fields: 'fields' in read ? read.fields : {},
      };
      const received = {
        method: request.method,
        url: request.path,
        headers: request.headers,
        body: Buffer.from(request.rawBodyBase64, 'base64'),
      };
      const handshake = answerHandshake(preset, received, credentials, crypto)!;
      assert.equal(handshake.isSigned, signed);
      // What is wrongly signed never gets to see the answer.
      if (id === 'xero-itr-bad') return assert.equal(preset.rejectStatus, response.status);
      assert.equal(handshake.answer.status, response.status);
      if (response.json !== undefined) assert.deepEqual(JSON.parse(handshake.answer.body), response.json);
      if (response.body) assert.equal(handshake.answer.body, response.body);
      const type = response.headers?.['content-type'];
      if (type !== undefined) assert.equal(handshake.answer.contentType, type);
    });
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromBase64 } from './encoding.ts';
import { readRequest } from './read.ts';
import type { Proof } from './reading.ts';
import type { Part } from './scheme.ts';
import { schemeNamed } from './schemes.ts';

/*
 * A reading says all that has to be computed, so that whoever has only asynchronous cryptography answers the same without a
 * scheme being written twice.
 */

const { subtle } = globalThis.crypto;
const hashes = { 'hmac-sha1': 'SHA-1', 'hmac-sha256': 'SHA-256', 'hmac-sha512': 'SHA-512' } as const;

interface Vector {
  id: string;
  scheme: string;
  secret: string | null;
  additionalSecrets?: string[];
  publicKey?: string;
  publicKeyId?: string;
  webhookId?: string;
  certPem?: string;
  toleranceSeconds?: number;
  headers: Record<string, string>;
  method: string;
  url?: string;
  rawBodyBase64: string;
  now: number | null;
  valid: boolean;
}

function bytesOf(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
}

async function holds(proof: Proof): Promise<boolean> {
  if (proof.kind === 'none') return true;
  if (proof.kind === 'public') return await holdsPublic(proof);
  if (proof.kind === 'text') return proof.signatures.includes(proof.expected);
  const bytes = bytesOf(proof.parts);
  const digest = proof.kind === 'digest' ? await subtle.digest('SHA-256', bytes) : await macOf(proof, bytes);
  return proof.signatures.includes(Buffer.from(digest).toString(proof.encoding));
}

async function macOf(
  proof: Extract<Proof, { kind: 'mac' }>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ArrayBuffer> {
  const { key } = proof;
  const raw = new Uint8Array(key.bytes);
  const used = key.kind === 'hmac' && key.isHashed ? await subtle.digest('SHA-1', raw) : raw;
  const algorithm = { name: 'HMAC', hash: hashes[proof.algorithm] };
  return await subtle.sign('HMAC', await subtle.importKey('raw', used, algorithm, false, ['sign']), bytes);
}

async function holdsPublic({
  key,
  algorithm,
  parts,
  signatures,
}: Extract<Proof, { kind: 'public' }>): Promise<boolean> {
  const hash = algorithm.endsWith('sha1') ? 'SHA-1' : 'SHA-256';
  const name = algorithm.startsWith('rsa')
    ? 'RSASSA-PKCS1-v1_5'
    : algorithm === 'ed25519'
      ? 'Ed25519'
      : 'ECDSA';
  const format = key.kind === 'spki' ? 'spki' : 'raw';
  try {
    const parameters = { name, hash, namedCurve: 'P-256' };
    const imported = await subtle.importKey(format, new Uint8Array(key.bytes), parameters, false, ['verify']);
    for (const signature of signatures) {
      const given = name === 'ECDSA' ? fixedLength(signature) : signature;
      if (
        given !== null &&
        (await subtle.verify({ name, hash }, imported, new Uint8Array(given), bytesOf(parts)))
      )
        return true;
    }
  } catch {
    return false;
  }
  return false;
}

/** Two numbers of 32 bytes, as WebCrypto wants them, from the DER that providers send. */
function fixedLength(der: Uint8Array): Uint8Array | null {
  const numbers: Uint8Array[] = [];
  for (let at = 2; at + 1 < der.length; at += 2 + der[at + 1]!)
    numbers.push(der.slice(at + 2, at + 2 + der[at + 1]!));
  if (numbers.length !== 2) return null;
  return Buffer.concat(numbers.map((number) => Buffer.concat([Buffer.alloc(32), number]).subarray(-32)));
}

async function isValid(vector: Vector): Promise<boolean> {
  const {
    secret,
    additionalSecrets = [],
    publicKey,
    publicKeyId,
    webhookId,
    toleranceSeconds,
    certPem,
  } = vector;
  const input = {
    headers: vector.headers,
    body: fromBase64(vector.rawBodyBase64)!,
    method: vector.method,
    url: vector.url ?? '',
    secrets: [secret, ...additionalSecrets, publicKey].filter((text) => typeof text === 'string'),
    fields: { ...(webhookId && { webhookId }), ...(publicKeyId && { publicKey: publicKeyId }) },
    nowS: vector.now ?? 0,
    ...(toleranceSeconds === undefined ? {} : { toleranceS: toleranceSeconds }),
  };
  const scheme = schemeNamed(vector.scheme)!;
  const read = (certificates: Record<string, string>) => {
    const all = { ...input, certificates };
    return 'read' in scheme ? scheme.read(all) : readRequest(scheme, all);
  };
  let reading = read({});
  if ('certificateUrl' in reading) reading = read({ [reading.certificateUrl]: certPem! });
  if (!('checks' in reading) || reading.checks.length === 0) return false;
  const held = await Promise.all(reading.checks.map((proofs) => Promise.all(proofs.map(holds))));
  return held.every((each) => each.includes(true));
}

test('WebCrypto answers every vector as its author did, from readings alone', async () => {
  const file = new URL('../test/vectors/signatures.json', import.meta.url);
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
  const differing: string[] = [];
  for (const vector of vectors) if ((await isValid(vector)) !== vector.valid) differing.push(vector.id);
  assert.deepEqual(differing, []);
});

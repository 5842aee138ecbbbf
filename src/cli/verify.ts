import { readFileSync } from 'node:fs';
import { type Crypto, judgeVector, presetFor, verifyAs } from '../core/signing.ts';
import { readFields } from '../core/sources/fields.ts';
import type { Preset } from '../core/sources/preset.ts';

/** What a command may do to the outside. */
export interface SigningIo {
  /** Writes one line to stdout. */
  out(line: string): void;
  /** Writes one line to stderr. */
  err(line: string): void;
  /** Seconds since 1970. */
  nowS(): number;
  crypto: Crypto;
}

export interface VerifyOptions {
  scheme?: string | undefined;
  /** Every secret that is valid. */
  secret?: readonly string[] | undefined;
  /** Each `Name: value`. */
  header?: readonly string[] | undefined;
  /** Each `name=value`: what the scheme needs besides secrets. */
  field?: readonly string[] | undefined;
  /** A file with the PEM of the certificate that the request names. */
  certificate?: string | undefined;
  method?: string | undefined;
  url?: string | undefined;
  /** Seconds since 1970 to judge by instead of now. */
  now?: string | undefined;
  /** A file of test vectors to judge instead of one request; the body is not read then. */
  vectors?: string | undefined;
}

/**
 * `surehook verify`: says on stdout, as JSON, whether a request was signed with a secret. Exit code 0: valid (all vectors as
 * expected), 1: not, 2: the command line is not right.
 */
export function runVerify(options: VerifyOptions, body: Uint8Array, io: SigningIo): number {
  if (options.vectors !== undefined) return runVectors(options.vectors, io);
  const { scheme, secret: secrets = [], method = 'POST', url = '' } = options;
  const known = scheme === undefined ? null : presetFor(scheme);
  const preset = known !== null && 'preset' in known ? known.preset : undefined;
  if (scheme === undefined || (secrets.length === 0 && preset?.secret !== null)) {
    io.err(
      "Give --scheme and --secret (and each header as --header 'Name: value', the body on stdin), or --vectors FILE.",
    );
    return 2;
  }
  const nowS = options.now === undefined ? io.nowS() : unixSeconds(options.now);
  if (nowS === null) {
    io.err(`--now ${JSON.stringify(options.now)}: give seconds since 1970, such as 1767225600.`);
    return 2;
  }
  const headers = readHeaders(options.header ?? []);
  if ('problem' in headers) return wrong(headers.problem, io);
  const fields = readGivenFields(preset, options.field ?? []);
  if ('problem' in fields) return wrong(fields.problem, io);
  const certificate = readCertificate(options.certificate);
  if ('problem' in certificate) return wrong(certificate.problem, io);
  const request = { ...headers, ...fields, body, method, url, secrets, nowS };
  const { valid, reason, detail } = verifyAs(scheme, request, io.crypto, certificate.pem);
  io.out(JSON.stringify(valid ? { valid } : { valid, reason, detail }));
  return valid ? 0 : 1;
}

function wrong(problem: string, io: SigningIo): number {
  io.err(problem);
  return 2;
}

/** Headers from lines such as `Name: value`, as a flat list. */
export function readHeaders(lines: readonly string[]): { headers: string[] } | { problem: string } {
  const headers: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) return { problem: `--header ${JSON.stringify(line)}: give 'Name: value'.` };
    // White space around a value is not part of it (RFC 9110 §5.5).
    headers.push(line.slice(0, colon).trim(), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, ''));
  }
  return { headers };
}

function readGivenFields(
  preset: Preset | undefined,
  given: readonly string[],
): { fields: Record<string, string> } | { problem: string } {
  const pairs = given.map((text) => [text.split('=', 1)[0]!, text.slice(text.indexOf('=') + 1)]);
  if (given.some((text) => text.indexOf('=') < 1)) return { problem: '--field: give name=value.' };
  if (preset === undefined) return { fields: {} };
  const read = readFields(preset, Object.fromEntries(pairs));
  if ('fields' in read) return read;
  const { pointer, detail } = read.problems[0]!;
  return { problem: `--field ${pointer.slice('/fields/'.length)}: ${detail}.` };
}

function readCertificate(file: string | undefined): { pem?: string } | { problem: string } {
  if (file === undefined) return {};
  try {
    return { pem: readFileSync(file, 'utf8') };
  } catch (error) {
    return { problem: `--certificate ${file}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Seconds since 1970 as a command line gives them, or null. */
export function unixSeconds(text: string): number | null {
  return /^\d{1,12}$/.test(text) ? Number(text) : null;
}

function runVectors(file: string, io: SigningIo): number {
  let vectors: unknown;
  try {
    vectors = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    io.err(`--vectors ${file}: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  if (!Array.isArray(vectors)) {
    io.err(`--vectors ${file}: must hold a JSON list of test vectors.`);
    return 2;
  }
  let differing = 0;
  for (const [place, vector] of vectors.entries()) {
    const result = judgeVector(vector, place, io.crypto);
    io.out(JSON.stringify(result));
    if (result.valid !== result.expected) differing += 1;
  }
  return differing === 0 ? 0 : 1;
}

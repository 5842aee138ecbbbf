import { readFileSync } from 'node:fs';
import { type Crypto, judgeVector, verifyAs } from '../core/signing.ts';

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
  if (scheme === undefined || secrets.length === 0) {
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
  const headers: string[] = [];
  for (const line of options.header ?? []) {
    const colon = line.indexOf(':');
    if (colon < 1) {
      io.err(`--header ${JSON.stringify(line)}: give 'Name: value'.`);
      return 2;
    }
    // White space around a value is not part of it (RFC 9110 §5.5).
    headers.push(line.slice(0, colon).trim(), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, ''));
  }
  const { valid, reason, detail } = verifyAs(
    scheme,
    { headers, body, method, url, secrets, nowS },
    io.crypto,
  );
  io.out(JSON.stringify(valid ? { valid } : { valid, reason, detail }));
  return valid ? 0 : 1;
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

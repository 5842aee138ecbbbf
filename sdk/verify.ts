import { toBase64, toHex } from './encoding.ts';
import { readRequest } from './read.ts';
import type { Proof, Reason, VerifyInput } from './reading.ts';
import { type AnyScheme, type Crypto, type Key, signaturesMax } from './scheme.ts';

/** What came of looking at a request. */
export type Verification =
  /** `secret`: place of the secret that fitted; `timestampS`: when it was signed, null when the scheme does not say. */
  | { valid: true; secret: number; timestampS: number | null }
  /**
   * `detail` says in plain words what to look for, and holds no secret. `certificateUrl` stands with `certificate_needed`: an
   * address on a host of the provider. Whoever fetches it (https, no redirects) verifies again with `certificates`.
   */
  | { valid: false; reason: Reason; detail: string; certificateUrl?: string };

const details: Record<Reason, string> = {
  no_secret: 'No secret was given; nothing can be believed without one.',
  bad_secret: 'A secret is empty or not written as this scheme wants it.',
  missing_field: 'A field that this scheme needs besides the secret was not given.',
  missing_signature: 'The request carries no signature where this scheme has it.',
  missing_timestamp: 'The request carries no timestamp where this scheme has it.',
  missing_id: 'The request carries no id, which this scheme signs.',
  missing_part: 'The request does not carry exactly one of a value that this scheme signs.',
  duplicate_header: 'A signature, timestamp or id came more than once.',
  malformed_signature: 'The signature is not written as this scheme writes it.',
  malformed_timestamp: 'The timestamp is not written as this scheme writes it.',
  malformed_body: 'The body is not made as this scheme makes it.',
  too_many_signatures: `There are more than ${signaturesMax} signatures.`,
  unknown_version: 'There is no signature of a version that fits the secret.',
  certificate_host:
    'The certificate is said to be on a host that is not one of the provider, or not at an https address.',
  certificate_needed: 'The certificate of the provider has to be fetched first.',
  bad_certificate: 'What was fetched is no certificate with a key for this scheme.',
  wrong_topic: 'The message is of another topic than the one that this source takes.',
  too_old: 'It was signed too long ago, or the clocks differ.',
  too_new: 'It was signed in the future: the clocks differ.',
  mismatch:
    'No signature fits the bytes received: another secret, or the body was changed or parsed and written anew on the way.',
};

function refused(reason: Reason): Verification {
  return { valid: false, reason, detail: details[reason] };
}

/**
 * Whether a request was signed under the scheme with one of the secrets, recently enough. Works on the raw bytes, compares in
 * constant time, accepts one way to write each thing, and never throws for anything a stranger can send.
 */
export function verify(scheme: AnyScheme, input: VerifyInput, crypto: Crypto): Verification {
  const reading = 'read' in scheme ? scheme.read(input) : readRequest(scheme, input);
  if ('reason' in reading) return refused(reading.reason);
  if ('certificateUrl' in reading) return { ...refused('certificate_needed'), ...reading } as Verification;
  const found = reading.checks.map((proofs) => findSecret(proofs, crypto));
  if (found.length === 0 || found.includes(null)) return refused('mismatch');
  return { valid: true, secret: found[0]!, timestampS: reading.timestampS };
}

/** Looks at every signature with every key, so that the time says nothing about which one fitted. */
function findSecret(proofs: readonly Proof[], crypto: Crypto): number | null {
  let found: number | null = null;
  for (const proof of proofs) if (holds(proof, crypto)) found ??= proof.secret;
  return found;
}

function holds(proof: Proof, crypto: Crypto): boolean {
  if (proof.kind === 'none') return true;
  let isHeld = false;
  // A key without signatures for it costs no computation.
  if (proof.signatures.length === 0) return false;
  if (proof.kind === 'public') {
    const { key, parts, algorithm } = proof;
    for (const signature of proof.signatures)
      if (crypto.verify(key, parts, signature, algorithm)) isHeld = true;
    return isHeld;
  }
  const expected = expectedBy(proof, crypto);
  for (const text of proof.signatures) if (crypto.equal(expected, text)) isHeld = true;
  return isHeld;
}

function expectedBy(proof: Exclude<Proof, { kind: 'public' | 'none' }>, crypto: Crypto): string {
  if (proof.kind === 'text') return proof.expected;
  const { parts, encoding } = proof;
  if (proof.kind === 'mac') return crypto.hmac(proof.algorithm, hashed(proof.key, crypto), parts, encoding);
  const digest = crypto.sha256(parts);
  return encoding === 'hex' ? toHex(digest) : toBase64(digest);
}

/** The key as it is used: some providers key with the SHA-1 of what they hand out. */
export function hashed(key: Key, crypto: Crypto): Key {
  if (key.kind !== 'hmac' || key.isHashed !== true) return key;
  return { kind: 'hmac', id: `sha1:${key.id}`, bytes: crypto.sha1([key.bytes]) };
}

import { certificateKey, httpsUrl } from '../certificate.ts';
import { atPointer, jsonOf } from '../place.ts';
import { isWellFormed, ownProof } from '../read.ts';
import type { SpecialScheme } from '../scheme.ts';

const host = /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?$/;
const algorithms: Readonly<Record<string, 'rsa-sha1' | 'rsa-sha256'>> = { 1: 'rsa-sha1', 2: 'rsa-sha256' };
const ofNotification = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
const ofSubscription = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

/** Whether an address is one of SNS itself. */
export function isSnsUrl(address: string): boolean {
  return host.test(httpsUrl(address)?.hostname ?? '');
}

/**
 * AWS SNS: RSA over a list of the body's members. Anyone with an AWS account can send what SNS signs, so the field `topicArn`
 * should say whose messages count.
 */
export const awsSns: SpecialScheme = {
  read(input) {
    const message = jsonOf(input.body);
    const texts = new Map<string, string>();
    const isNotification = atPointer(message, '/Type') === 'Notification';
    for (const name of isNotification ? ofNotification : ofSubscription) {
      const value = atPointer(message, `/${name}`);
      if (value === undefined || value === null) continue;
      // Members end at a line break: one within a value would let the same bytes be read as other members.
      if (typeof value !== 'string' || (name !== 'Message' && value.includes('\n')))
        return { reason: 'malformed_body' };
      texts.set(name, value);
    }
    if (!texts.has('Type')) return { reason: 'malformed_body' };
    const topic = input.fields?.topicArn;
    if (topic !== undefined && texts.get('TopicArn') !== topic) return { reason: 'wrong_topic' };
    const signature = atPointer(message, '/Signature');
    if (typeof signature !== 'string' || signature === '') return { reason: 'missing_signature' };
    const algorithm = algorithms[String(atPointer(message, '/SignatureVersion'))];
    if (algorithm === undefined) return { reason: 'unknown_version' };
    const grammar = { algorithm, encoding: 'base64' } as const;
    if (!isWellFormed(signature, grammar)) return { reason: 'malformed_signature' };
    const address = atPointer(message, '/SigningCertURL');
    if (typeof address !== 'string') return { reason: 'missing_part' };
    const certificate = certificateKey(address, (name) => host.test(name), input);
    if (!('key' in certificate)) return certificate;
    const parts = [[...texts].map(([name, text]) => `${name}\n${text}\n`).join('')];
    const proof = { ...grammar, key: certificate.key, secret: 0, parts, signatures: [signature] };
    return { checks: [[ownProof(proof)]], timestampS: null };
  },
};

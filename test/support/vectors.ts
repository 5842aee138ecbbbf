import { readFileSync } from 'node:fs';

/** A request with the verdict that its author gave it: `test/vectors/signatures.json`. */
export interface Vector {
  id: string;
  scheme: string;
  /** `choice`: whoever verifies may see it otherwise. */
  strictness: 'must' | 'choice';
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

const file = new URL('../vectors/signatures.json', import.meta.url);
export const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];

/** What a vector's receiver holds: its secrets, and the fields its scheme needs besides. */
export function heldBy(vector: Vector): { secrets: string[]; fields: Record<string, string> } {
  const { secret, additionalSecrets = [], publicKey, webhookId, publicKeyId } = vector;
  const secrets = [secret, ...additionalSecrets, publicKey].filter((text) => typeof text === 'string');
  return {
    secrets,
    fields: { ...(webhookId && { webhookId }), ...(publicKeyId && { publicKey: publicKeyId }) },
  };
}

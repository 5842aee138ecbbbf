import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { SurehookError } from '../../core/errors.ts';
import type { Vault } from '../../ports/vault.ts';

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with a random nonce a value: version, nonce, tag, ciphertext. `key`: 32 bytes. */
export function createVault(key: Uint8Array): Vault {
  if (key.length !== 32) {
    throw new SurehookError(
      'invalid',
      `The encryption key must have 32 bytes (base64 of 32 random bytes); this one has ${key.length}.`,
    );
  }
  const secretKey = createSecretKey(key);
  return {
    seal(plain, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', secretKey, nonce);
      cipher.setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return new Uint8Array(Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), text]));
    },
    open(sealed, context) {
      try {
        if (sealed[0] !== version) throw new Error('unknown form');
        const decipher = createDecipheriv('aes-256-gcm', secretKey, sealed.subarray(1, 1 + nonceBytes), {
          authTagLength: tagBytes,
        });
        decipher.setAAD(Buffer.from(context));
        decipher.setAuthTag(sealed.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes));
        return (
          decipher.update(sealed.subarray(1 + nonceBytes + tagBytes), undefined, 'utf8') +
          decipher.final('utf8')
        );
      } catch {
        throw new SurehookError(
          'unavailable',
          `A stored secret (${context}) does not open with this encryption key. Start with the key that the database was made with (SUREHOOK_ENCRYPTION_KEY).`,
        );
      }
    },
  };
}

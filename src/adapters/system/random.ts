import { randomFillSync } from 'node:crypto';
import type { Random } from '../../ports/random.ts';

const poolBytes = 8192;

/** The system's randomness, drawn in larger portions: ten bytes at a time cost a microsecond each. Every byte is handed out once. */
export function systemRandom(): Random {
  const pool = Buffer.alloc(poolBytes);
  let at = poolBytes;
  return {
    number: () => Math.random(),
    bytes(count) {
      if (count > poolBytes) return randomFillSync(new Uint8Array(count));
      if (at + count > poolBytes) {
        randomFillSync(pool);
        at = 0;
      }
      at += count;
      return Uint8Array.prototype.slice.call(pool, at - count, at);
    },
  };
}

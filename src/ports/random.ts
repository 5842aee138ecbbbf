/** Randomness as the flow knows it: cryptographic in the process, seeded in a simulation. */
export interface Random {
  /** A number in [0, 1), for jitter. Not for secrets. */
  number(): number;
  /** Random bytes fit for secrets and ids. */
  bytes(count: number): Uint8Array;
}

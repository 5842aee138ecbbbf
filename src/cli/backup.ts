import type { Io } from './io.ts';

/** `surehook backup`: a consistent copy. `copy` refuses a file that exists. */
export async function runBackup(
  file: string,
  copy: (file: string) => Promise<void>,
  io: Io,
): Promise<number> {
  await copy(file);
  io.out(`Copied to ${file}.`);
  io.err(
    'Keep the encryption key with it, apart from the copy: without it, the secrets in the copy cannot be read.',
  );
  return 0;
}

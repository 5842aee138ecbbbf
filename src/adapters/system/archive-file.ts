import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';

const chunkChars = 64 * 1024;

/** Writes lines to a new file that only its owner can read, or to stdout (`-`). A file has its name once it is whole and on disk. */
export async function writeLines(file: string, lines: Iterable<string>): Promise<void> {
  if (file === '-') return await pipeline(Readable.from(chunksOf(lines)), process.stdout, { end: false });
  if (existsSync(file))
    throw new SurehookError(
      'conflict',
      `The file ${file} exists already. Name a new one, or remove it first.`,
    );
  const part = `${file}.part`;
  rmSync(part, { force: true });
  try {
    await pipeline(
      Readable.from(chunksOf(lines)),
      createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }),
    );
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw unusable(file, error);
  }
}

/** The lines of a file, or of stdin (`-`). Throws a SurehookError when it cannot be read or a line is too long. */
export async function* readLines(file: string): AsyncGenerator<string, void> {
  const stream = file === '-' ? process.stdin : createReadStream(file);
  let begun: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let from = 0;
      for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
        yield Buffer.concat([...begun, chunk.subarray(from, to)]).toString('utf8');
        begun = [];
        bytes = 0;
        from = to + 1;
      }
      begun.push(chunk.subarray(from));
      bytes += chunk.length - from;
      if (bytes > limits.archiveLineBytes)
        throw new SurehookError('invalid', `${file} is no export of Surehook: one of its lines has no end.`);
    }
  } catch (error) {
    throw unusable(file, error);
  }
}

/** Many lines are one write. */
function* chunksOf(lines: Iterable<string>): Generator<string, void> {
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < chunkChars) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

function unusable(file: string, error: unknown): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new SurehookError('unavailable', `The file ${file} cannot be used: ${message}.`);
}

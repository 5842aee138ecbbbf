import { catalogue, catalogueEntry } from '../core/catalogue.ts';
import type { Io } from './io.ts';

export interface TriggerOptions {
  /** JSON text; absent: the catalogue's example. */
  data?: string | undefined;
  /** Where the server is. */
  url: string;
  key?: string | undefined;
  reference?: string | undefined;
  account?: string | undefined;
}

export interface TriggerWorld extends Io {
  /** Posts and answers what came back. Throws when nobody answers. */
  post(url: string, headers: Record<string, string>, body: string): Promise<{ status: number; body: string }>;
  /** The admin key of the environment, or of the file beside the database; null when there is neither. */
  findKey(): string | null;
}

/** `surehook trigger`: publishes an example event and prints the answer. Exit code 0 when it was accepted, 2 when the command line is not right. */
export async function runTrigger(
  type: string,
  options: TriggerOptions,
  world: TriggerWorld,
): Promise<number> {
  const data = options.data ?? exampleOf(type);
  if (data === null) {
    world.err(`${type} is not in the catalogue. Give --data, or one of:`);
    for (const { name, description } of catalogue) world.err(`  ${name.padEnd(24)} ${description}`);
    return 2;
  }
  if (!isJson(data)) {
    world.err('--data is not JSON. Quote it for the shell, like: --data \'{"total":100}\'');
    return 2;
  }
  const key = options.key ?? world.findKey();
  if (key === null) {
    world.err(
      'No API key: give --key, set SUREHOOK_ADMIN_KEY, or name the database that the server runs on with --database.',
    );
    return 2;
  }
  const reference =
    options.reference === undefined ? '' : `,"reference":${JSON.stringify(options.reference)}`;
  const headers: Record<string, string> = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
  };
  if (options.account !== undefined) headers['surehook-account'] = options.account;
  const url = `${options.url.replace(/\/+$/, '')}/v1/events`;
  // The data goes in as text, so that it arrives as it was written.
  const body = `{"type":${JSON.stringify(type)},"data":${data}${reference}}`;
  try {
    const answer = await world.post(url, headers, body);
    world.out(answer.body);
    return answer.status < 300 ? 0 : 1;
  } catch (error) {
    world.err(
      `No answer from ${url}: ${(error as Error).message}. Is the server running? Another address is given with --url.`,
    );
    return 1;
  }
}

function exampleOf(type: string): string | null {
  const example = catalogueEntry(type)?.examples[0];
  return example === undefined ? null : JSON.stringify(example);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

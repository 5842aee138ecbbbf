import { catalogue, catalogueEntry } from '../core/catalogue.ts';
import { didYouMean } from '../core/nearest.ts';
import { fixtureNamed } from './fixtures.ts';
import { withOverrides } from './overrides.ts';
import {
  fixtureLines,
  type ProviderOptions,
  type ProviderWorld,
  runProviderTrigger,
} from './trigger-provider.ts';

export interface TriggerOptions extends ProviderOptions {
  /** JSON text; absent: the catalogue's example. */
  data?: string | undefined;
  /** Where the server is. */
  url: string;
  key?: string | undefined;
  reference?: string | undefined;
  account?: string | undefined;
  /** Only says what there is. */
  list?: boolean | undefined;
}

export interface TriggerWorld extends ProviderWorld {
  /** Posts and answers what came back. Throws when nobody answers. */
  post(url: string, headers: Record<string, string>, body: string): Promise<{ status: number; body: string }>;
  /** The admin key of the environment, or of the file beside the database; null when there is neither. */
  findKey(): string | null;
}

/**
 * `surehook trigger`: publishes an example event, or sends what a provider would (`stripe:payment_intent.succeeded`), and prints the
 * answer. Exit code 0 when it was accepted, 2 when the command line is not right.
 */
export async function runTrigger(
  type: string | undefined,
  options: TriggerOptions,
  world: TriggerWorld,
): Promise<number> {
  if (type === undefined || options.list === true) {
    list(options.list === true ? world.out : world.err);
    return options.list === true ? 0 : 2;
  }
  const fixture = fixtureNamed(type);
  if (fixture !== undefined) return await runProviderTrigger(fixture, options, world);
  const data = dataOf(type, options);
  if (data === null) {
    const known = [...catalogue.map(({ name }) => name), ...fixtureLines()];
    world.err(
      `${type} is not in the catalogue.${didYouMean(type, known)} Give --data to publish it all the same; surehook trigger --list shows what there is.`,
    );
    return 2;
  }
  if ('problem' in data) {
    world.err(data.problem);
    return 2;
  }
  return await publish(type, data.text, options, world);
}

async function publish(
  type: string,
  data: string,
  options: TriggerOptions,
  world: TriggerWorld,
): Promise<number> {
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

/** The data as JSON text: as it was given, else the catalogue's example; null when there is neither. */
function dataOf(
  type: string,
  { data, set = [] }: TriggerOptions,
): { text: string } | { problem: string } | null {
  const example = catalogueEntry(type)?.examples[0];
  if (data === undefined && example === undefined) return null;
  if (data !== undefined && !isJson(data))
    return { problem: '--data is not JSON. Quote it for the shell, like: --data \'{"total":100}\'' };
  if (data !== undefined && set.length === 0) return { text: data };
  const changed = withOverrides(data === undefined ? example : JSON.parse(data), set);
  return 'problem' in changed ? changed : { text: JSON.stringify(changed.value) };
}

function list(say: (line: string) => void): void {
  for (const { name, description } of catalogue) say(`  ${name.padEnd(24)} ${description}`);
  for (const name of fixtureLines()) say(`  ${name}`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

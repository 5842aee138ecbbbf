import type { Crypto } from '../core/signing.ts';
import { signAs } from '../core/signing.ts';
import { type Fixture, filled, fixtures } from './fixtures.ts';
import type { Io } from './io.ts';
import { withOverrides } from './overrides.ts';

export interface ProviderOptions {
  /** Where it goes. */
  to?: string | undefined;
  secret?: string | undefined;
  /** Each `path=value`. */
  set?: readonly string[] | undefined;
}

export interface ProviderWorld extends Io {
  /** Throws when nobody answers. */
  send(
    url: string,
    request: { headers: [string, string][]; body: Uint8Array },
  ): Promise<{ status: number; body: string; durationMs: number }>;
  nowMs(): number;
  /** A new text of letters and digits. */
  newId(): string;
  crypto: Crypto;
}

/** Plays a provider: sends one of its webhooks, signed as it signs, straight to an address. Exit code 0 when it was answered with a 2xx. */
export async function runProviderTrigger(
  fixture: Fixture,
  options: ProviderOptions,
  world: ProviderWorld,
): Promise<number> {
  const { to, secret, set = [] } = options;
  if (to === undefined || secret === undefined || !/^https?:$/.test(URL.parse(to)?.protocol ?? '')) {
    world.err(
      `Give --to URL, where ${fixture.provider} would send to, and --secret, which it would sign with.`,
    );
    return 2;
  }
  const nowS = Math.floor(world.nowMs() / 1000);
  const id = world.newId();
  const changed = withOverrides(filled(fixture.body, { id, nowS }), set);
  if ('problem' in changed) {
    world.err(changed.problem);
    return 2;
  }
  const body = new TextEncoder().encode(JSON.stringify(changed.value));
  const headers = Object.entries(filled(fixture.headers, { id, nowS }));
  const signed = signAs(
    fixture.provider,
    { secrets: [secret], id, timestampS: nowS, url: to, headers: headers.flat(), body },
    world.crypto,
  );
  try {
    const answer = await world.send(to, { headers: [...headers, ...Object.entries(signed)], body });
    world.out(`${answer.status} in ${Math.round(answer.durationMs)} ms  ${answer.body}`.trimEnd());
    return answer.status >= 200 && answer.status < 300 ? 0 : 1;
  } catch (error) {
    world.err(`No answer from ${to}: ${(error as Error).message}. Does your receiver run?`);
    return 1;
  }
}

/** What can be sent, one line each. */
export function fixtureLines(): string[] {
  return fixtures.map(({ provider, type }) => `${provider}:${type}`);
}

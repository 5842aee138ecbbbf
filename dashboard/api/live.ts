import type { QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { watched } from '../parts/watched.ts';
import { open } from './client.ts';
import { eventsOf, type StreamEvent } from './stream.ts';
import { kindsAbout } from './told.ts';

/** `live`: what changes is told as it does · `away`: it is asked for every few seconds · `paused`: what is shown holds still. */
export type LiveState = 'live' | 'away' | 'paused';

/** What is told within this time is read again once. */
const gatherMs = 400;
/** How long to wait for another try, the first and the longest. */
const againMs = [1000, 30_000] as const;

const state = watched<LiveState>('away');

export const useLiveState = state.useIt;

/** Holds everything still, or lets it go on. */
export function pauseLive(isPaused: boolean): void {
  state.set(isPaused ? 'paused' : 'away');
}

/** How often to ask for what an address answers: not at all while it is told or held still. */
export function useEvery(path: string | null, everyMs: number | false | undefined): number | false {
  const is = useLiveState();
  if (everyMs === undefined || everyMs === false || is === 'paused') return false;
  return is === 'live' && path !== null && kindsAbout(path).length > 0 ? false : everyMs;
}

/** While this page can be seen, whatever it shows of the account is read again when it changes. One stream for all of it. */
export function useLive(client: QueryClient, account: string): void {
  const isPaused = useLiveState() === 'paused';
  // biome-ignore lint/correctness/useExhaustiveDependencies: another account has another stream.
  useEffect(() => {
    if (isPaused) return;
    let stream: Stream | null = null;
    const follow = (): void => {
      stream?.stop();
      // A browser keeps few connections to one server: those of tabs that nobody looks at are given back.
      stream = document.hidden ? null : new Stream(client);
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      stream?.stop();
    };
  }, [client, account, isPaused]);
}

class Stream {
  readonly #client: QueryClient;
  readonly #stop = new AbortController();
  readonly #changed = new Set<string>();
  #timer = 0;
  #waitMs: number = againMs[0];

  constructor(client: QueryClient) {
    this.#client = client;
    void this.#run();
  }

  stop(): void {
    this.#stop.abort();
    window.clearTimeout(this.#timer);
    if (state.get() === 'live') state.set('away');
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        const body = await open('/v1/stream', this.#stop.signal);
        for await (const event of eventsOf(body)) this.#hear(event);
      } catch {
        // Away: it is tried again.
      }
      if (this.#stop.signal.aborted) return;
      if (state.get() === 'live') state.set('away');
      await new Promise((resolve) => window.setTimeout(resolve, this.#waitMs));
      this.#waitMs = Math.min(2 * this.#waitMs, againMs[1]);
    }
  }

  #hear({ event, data }: StreamEvent): void {
    if (event === 'ready') {
      this.#waitMs = againMs[0];
      state.set('live');
      // What happened before is in the lists, which may have been read before it happened.
      void this.#client.invalidateQueries({ predicate: ({ queryKey }) => kindsOf(queryKey).length > 0 });
      return;
    }
    const told = JSON.parse(data) as { kind?: string; kinds?: string[] };
    for (const kind of told.kinds ?? [told.kind ?? '']) this.#changed.add(kind);
    if (this.#timer === 0)
      this.#timer = window.setTimeout(() => {
        this.#timer = 0;
        const changed = [...this.#changed];
        this.#changed.clear();
        void this.#client.invalidateQueries({
          predicate: ({ queryKey }) => kindsOf(queryKey).some((kind) => changed.includes(kind)),
        });
      }, gatherMs);
  }
}

/** Queries are named by what they are and the address they ask. */
function kindsOf(queryKey: readonly unknown[]): readonly string[] {
  return typeof queryKey[1] === 'string' ? kindsAbout(queryKey[1]) : [];
}

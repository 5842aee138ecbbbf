import type { Endpoint } from '../../src/core/endpoint.ts';
import { StoreError } from '../../src/core/errors.ts';
import type { AcceptItem, Joined, Store } from '../../src/ports/store.ts';
import type { Mutant, World } from './world.ts';

type Acts = { [K in keyof Store]?: (...input: Parameters<Store[K]>) => ReturnType<Store[K]> };

/** The same store with some acts done otherwise. */
function instead(store: Store, acts: Acts): Store {
  return { ...store, ...acts } as Store;
}

/** The endpoints as the flow is told of them are not as they are. */
function lying(store: Store, change: (endpoint: Endpoint) => Endpoint): Store {
  return instead(store, {
    async directory() {
      const found = await store.directory();
      return { ...found, endpoints: found.endpoints.map(change) };
    },
    async createEndpoint(endpoint, maxEndpoints) {
      const made = await store.createEndpoint(endpoint, maxEndpoints);
      return made === 'too_many' ? made : { ...made, endpoint: change(made.endpoint) };
    },
    async updateEndpoint(no, changes) {
      const changed = await store.updateEndpoint(no, changes);
      return changed === null ? null : { ...changed, endpoint: change(changed.endpoint) };
    },
  });
}

function onItems(store: Store, change: (item: AcceptItem) => AcceptItem): Store {
  return instead(store, { accept: (input) => store.accept({ ...input, items: input.items.map(change) }) });
}

/**
 * Bugs planted from outside, by what is put between a node and its parts: a simulation that does not find them proves nothing.
 * The first seven are the classic ones of delivery systems.
 */
export const mutants: readonly Mutant[] = [
  {
    name: 'acknowledges before the commit',
    store: (store) =>
      instead(store, {
        async accept(input) {
          try {
            return await store.accept(input);
          } catch {
            return input.items.map((_, i) => ({ kind: 'stored', seq: 1_000_000 + i }));
          }
        },
      }),
  },
  {
    name: 'does not look for what a dead process had under way',
    store: (store) =>
      instead(store, {
        join: async (input): Promise<Joined> => ({ ...(await store.join(input)), lost: [] }),
      }),
  },
  {
    name: 'settles under whatever epoch there is',
    store: (store, world) =>
      instead(store, { settle: (input) => store.settle({ ...input, epoch: world.ledger.epoch }) }),
  },
  {
    name: 'sends to endpoints that are paused or disabled',
    store: (store) => lying(store, (endpoint) => ({ ...endpoint, status: 'active' })),
  },
  {
    name: 'jitter that lets retries come early',
    store: (store, { faults }) =>
      instead(store, {
        settle: (input) =>
          store.settle({
            ...input,
            settlements: input.settlements.map((one) => {
              if (one.next.state !== 'open') return one;
              const earlyMs = (one.next.dueAtMs - one.attempt.atMs) * 0.3 * faults.number();
              return { ...one, next: { state: 'open', dueAtMs: Math.floor(one.next.dueAtMs - earlyMs) } };
            }),
          }),
      }),
  },
  {
    name: 'one attempt more than the schedule has',
    store: (store) => lying(store, (endpoint) => stretched(endpoint, 1)),
  },
  {
    name: 'one attempt fewer than the schedule has',
    store: (store) => lying(store, (endpoint) => stretched(endpoint, -1)),
  },
  {
    name: 'gives back what a dead process had under way, and does not count it',
    store: (store) =>
      instead(store, {
        async join(input) {
          const joined = await store.join(input);
          await store.release({ epoch: joined.epoch, owed: joined.lost, nowMs: input.nowMs });
          return { ...joined, lost: [] };
        },
      }),
  },
  {
    name: 'forgets after a claim when the rest is due',
    store: (store) =>
      instead(store, {
        async claim(input) {
          const results = await store.claim(input);
          return results.map((result) => ({
            ...result,
            nextAtMs: { first: null, retry: null, replayed: null },
          }));
        },
      }),
  },
  {
    name: 'lets an ordered endpoint overtake',
    store: (store) =>
      onItems(store, (item) => ({
        ...item,
        modes: item.modes.map((mode) => (mode === 'ordered' ? 'queued' : mode)),
      })),
  },
  {
    name: 'stores an event again that was sent again',
    store: (store) =>
      instead(store, {
        async accept(input) {
          const results = await store.accept(input);
          if (!results.some(({ kind }) => kind === 'duplicate')) return results;
          const items = input.items.map((item) => ({
            ...item,
            idempotency: null,
            event: { ...item.event, id: `${item.event.id}-again` },
          }));
          return await store.accept({ ...input, items });
        },
      }),
  },
  {
    name: 'writes the payload anew',
    store: (store) =>
      onItems(store, (item) => ({
        ...item,
        event: { ...item.event, data: JSON.stringify(JSON.parse(item.event.data)) },
      })),
  },
  {
    name: 'claims past the endpoint’s concurrency',
    store: (store) => lying(store, (endpoint) => ({ ...endpoint, concurrency: endpoint.concurrency + 1 })),
  },
  {
    name: 'sends past the endpoint’s rate',
    store: (store) =>
      lying(store, (endpoint) => ({
        ...endpoint,
        ratePerSecond: endpoint.ratePerSecond && endpoint.ratePerSecond * 4,
      })),
  },
  {
    name: 'does not hear Retry-After',
    sender: (sender) => ({
      ...sender,
      send: async (request, limits) => ({ ...(await sender.send(request, limits)), retryAfter: null }),
    }),
  },
  {
    name: 'calls a lost answer a success',
    sender: (sender) => ({
      ...sender,
      async send(request, limits) {
        const outcome = await sender.send(request, limits);
        return outcome.error === 'connection_reset' ? { ...outcome, error: null, httpStatus: 200 } : outcome;
      },
    }),
  },
  {
    name: 'goes on with the old secret after a rotation',
    store: (store) => {
      const first = new Map<number, Endpoint['secrets']>();
      return lying(store, (endpoint) => {
        const secrets = first.get(endpoint.no) ?? endpoint.secrets;
        first.set(endpoint.no, secrets);
        return { ...endpoint, secrets };
      });
    },
  },
  {
    name: 'logs a secret',
    telemetry: (telemetry, world) => ({
      ...telemetry,
      attempted(more) {
        telemetry.attempted(more);
        if (more.attempt.n === 3)
          telemetry.warn('third attempt', { headers: secretsOf(world, more.endpointId) });
      },
    }),
  },
  {
    name: 'stays silent when the store forgets what it does not hold',
    store: (store) => instead(store, { reclaim: async () => [] }),
  },
  {
    name: 'takes a failed commit for one that did nothing',
    store: (store) =>
      instead(store, {
        async claim(input) {
          try {
            return await store.claim(input);
          } catch (error) {
            if (!(error instanceof StoreError) || error.fatal) throw error;
            return input.requests.map(() => ({
              owed: [],
              nextAtMs: { first: null, retry: null, replayed: null },
            }));
          }
        },
      }),
  },
];

function stretched(endpoint: Endpoint, by: 1 | -1): Endpoint {
  const { retry } = endpoint;
  if (retry.kind === 'exponential')
    return { ...endpoint, retry: { ...retry, maxRetries: Math.max(0, retry.maxRetries + by) } };
  const { delaysMs } = retry;
  return {
    ...endpoint,
    retry: { ...retry, delaysMs: by === 1 ? [...delaysMs, delaysMs.at(-1) ?? 1000] : delaysMs.slice(0, -1) },
  };
}

function secretsOf(world: World, endpointId: string): Record<string, string> {
  return world.ledger.recordById(endpointId)?.endpoint.headers ?? {};
}

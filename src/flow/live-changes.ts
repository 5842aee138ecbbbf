import type { Endpoint } from '../core/endpoint.ts';
import { deliveryId } from '../core/ids.ts';
import type { Change, ChangeKind } from '../core/live.ts';
import type { Order } from '../core/order.ts';
import type { Replay } from '../core/replay.ts';
import type { Store } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Directory } from './directory.ts';
import type { Live } from './live.ts';

const statusAfter = { delivered: 'delivered', dead: 'dead', retry: 'retrying' } as const;

/** The same, and those who watch are told what happens on the way of events. */
export function tellingTelemetry(inner: Telemetry, live: Live, directory: () => Directory): Telemetry {
  return {
    ...inner,
    accepted(event, more) {
      inner.accepted(event, more);
      if (!live.isWatched) return;
      const { id, type, reference, source } = event;
      const { deliveries } = more;
      live.say(event.accountNo, { kind: 'event', id, type, reference, source, deliveries });
    },
    received(more) {
      inner.received(more);
      const { source, verdict } = more;
      if (live.isWatched)
        live.say(source.accountNo, { kind: 'request', id: null, source: source.id, status: verdict });
    },
    attempted(more) {
      inner.attempted(more);
      if (!live.isWatched) return;
      const { event, deliveryKey, endpointId, result } = more;
      live.say(event.accountNo, {
        kind: 'delivery',
        id: deliveryId(deliveryKey),
        status: statusAfter[result],
        endpointId,
        eventId: event.id,
      });
    },
    endpointChanged(more) {
      inner.endpointChanged(more);
      const account = directory().accountById(more.accountId);
      if (live.isWatched && account !== null)
        live.say(account.no, { kind: 'endpoint', id: more.endpointId, status: more.status });
    },
  };
}

/** What acts of people, trackers and consumers change, read off what each was given and what it answered. */
type Tellers = {
  [Name in keyof Store]?: (
    input: Parameters<Store[Name]>,
    result: Awaited<ReturnType<Store[Name]>>,
  ) => [accountNo: number, change: Change][];
};

function tellersOf(directory: () => Directory): Tellers {
  const some = (accountNo: number, kind: ChangeKind): [number, Change] => [accountNo, { kind, id: null }];
  const replayed = (replay: Replay | null): [number, Change][] =>
    replay === null
      ? []
      : [
          [replay.accountNo, { kind: 'replay', id: replay.id, status: replay.status }],
          some(replay.accountNo, 'delivery'),
        ];
  const endpoint = (one: Endpoint): [number, Change] => [
    one.accountNo,
    { kind: 'endpoint', id: one.id, status: one.status },
  ];
  const pulled = (endpointNo: number): [number, Change][] => {
    const found = directory().endpoint(endpointNo);
    return found === null ? [] : [[found.accountNo, { kind: 'delivery', id: null, endpointId: found.id }]];
  };
  return {
    requeue: ([{ accountNo, keys }]) =>
      keys.length === 1
        ? [[accountNo, { kind: 'delivery', id: deliveryId(keys[0]!) }]]
        : [some(accountNo, 'delivery')],
    cancel: ([{ accountNo, key }]) => [
      [accountNo, { kind: 'delivery', id: deliveryId(key), status: 'cancelled' }],
    ],
    dismiss: ([{ accountNo }]) => [some(accountNo, 'delivery')],
    createReplay: (_, replay) => replayed(replay),
    cancelReplay: (_, replay) => replayed(replay),
    pauseReplay: (_, replay) => replayed(replay),
    resumeReplay: (_, replay) => replayed(replay),
    stepReplay: (_, { replay, moved }) => (moved > 0 ? replayed(replay) : []),
    pull: ([{ endpointNo }], result) => (result.pulled.length > 0 ? pulled(endpointNo) : []),
    settlePulled: ([{ endpointNo }]) => pulled(endpointNo),
    createEndpoint: (_, made) => (made === 'too_many' ? [] : [endpoint(made.endpoint)]),
    updateEndpoint: (_, made) => (made === null ? [] : [endpoint(made.endpoint)]),
    deleteEndpoint: ([no]) => {
      const found = directory().endpoint(no);
      return found === null ? [] : [[found.accountNo, { kind: 'endpoint', id: found.id, status: 'deleted' }]];
    },
    registerOrder: (_, { order }) => [orderChange(order)],
    passOrders: (_, { changed }) => changed.map(orderChange),
    notePoll: (_, order) => (order === null ? [] : [orderChange(order)]),
    recordAlerts: ([{ raised, resolved }]) => [
      ...raised.map(({ accountNo, id, kind }): [number, Change] => [
        accountNo,
        { kind: 'alert', id, type: kind, status: 'open' },
      ]),
      ...resolved.map(({ accountNo }): [number, Change] => [
        accountNo,
        { kind: 'alert', id: null, status: 'resolved' },
      ]),
    ],
  };
}

function orderChange({ accountNo, id, reference, sourceId, state }: Order): [number, Change] {
  return [accountNo, { kind: 'order', id, reference, source: sourceId, status: state }];
}

/** The same store, and those who watch are told of what its acts changed. It is not for the way of an event, whose acts are many. */
export function tellingStore(store: Store, live: Live, directory: () => Directory): Store {
  const tellers = tellersOf(directory) as Record<
    string,
    (input: unknown[], result: unknown) => [number, Change][]
  >;
  return new Proxy(store, {
    get(target, name: string) {
      const act = target[name as keyof Store] as (...input: unknown[]) => Promise<unknown>;
      const teller = tellers[name];
      if (teller === undefined) return act;
      return async (...input: unknown[]): Promise<unknown> => {
        const result = await act.apply(target, input);
        if (live.isWatched)
          for (const [accountNo, change] of teller(input, result)) live.say(accountNo, change);
        return result;
      };
    },
  });
}

import { type Static, Type } from 'typebox';
import type { Account } from '../../core/account.ts';
import { invalid, notFound } from '../../core/errors.ts';
import * as limits from '../../core/limits/api.ts';
import { endpointEvents, ratePerSecondMax } from '../../core/limits/endpoints.ts';
import { replayPlanRows, replaySample } from '../../core/limits/lists.ts';
import type { Replay, ReplayFilter } from '../../core/replay.ts';
import { timeText } from '../../core/time-text.ts';
import * as models from '../models.ts';
import { cutAt, pageAnswer, pageInStore, pageOnly } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import { maybeTimeText, readSpan, spanFields } from '../time-query.ts';
import { readTried, triedFields } from '../tried-query.ts';
import { checkTypePattern, typePattern } from '../type-query.ts';
import { deliveryView } from './deliveries.ts';
import { findDeliveries } from './find-deliveries.ts';
import { endpointGone, findEndpoint } from './find-endpoint.ts';

const tag = 'Replays';

const replayFilter = {
  endpointId: Type.Optional(Type.String({ description: 'Only deliveries to this endpoint.' })),
  eventTypes: Type.Optional(
    Type.Array(typePattern, {
      minItems: 1,
      maxItems: endpointEvents,
      description: 'Only events of any of these types.',
    }),
  ),
  status: Type.Optional(
    Type.Enum(['dead', 'delivered', 'cancelled'], {
      default: 'dead',
      description: 'Only deliveries that ended so.',
    }),
  ),
  ...triedFields,
  ...spanFields,
  ids: Type.Optional(
    Type.Array(Type.String(), {
      minItems: 1,
      maxItems: limits.replayIds,
      description: 'Exactly these deliveries (`dlv_…`); then nothing else may select.',
    }),
  ),
};

const planInput = Type.Object(replayFilter, { additionalProperties: false });

const replayInput = Type.Object(
  {
    ...replayFilter,
    rateLimit: Type.Optional(
      Type.Object(
        { perSecond: Type.Integer({ minimum: 1, maximum: ratePerSecondMax }) },
        {
          additionalProperties: false,
          description:
            'How many are put back in a second at most; further tries of those that fail come on top.',
        },
      ),
    ),
  },
  { additionalProperties: false },
);

export function replayRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/replays',
      tag,
      summary: 'Replay deliveries',
      description:
        'Puts the same deliveries back with a fresh schedule; receivers see the same id header as before. Everything given must hold; ' +
        'without anything, all dead letters of the account are replayed. Live traffic goes first: a replay takes at most half of an endpoint while it waits. ' +
        'At a paused or disabled endpoint they are held until it is resumed. What was owed to deleted endpoints is left out; named in `ids`, it answers 409.',
      right: 'manage',
      requestBody: replayInput,
      bodyOptional: true,
      bodyExample: { status: 'dead', since: '24h' },
      success: { status: 202, description: 'The replay; `total` is counted at once.', schema: models.replay },
      fails: ['not_found', 'conflict', 'too_many_requests'],
      handle: (call) => start(parts, call),
    }),
    route({
      method: 'POST',
      path: '/v1/replays/plan',
      tag,
      summary: 'What a replay would put back',
      description: `Counts what matches and shows the first few; ${replayPlanRows.toLocaleString('en')} deliveries are looked at at most. Nothing is put back, and nothing of it is kept.`,
      right: 'manage',
      isAudited: false,
      requestBody: planInput,
      bodyOptional: true,
      bodyExample: { status: 'dead', since: '24h' },
      success: { status: 200, description: 'The plan.', schema: models.replayPlan },
      fails: ['not_found', 'conflict'],
      handle: (call) => plan(parts, call),
    }),
    route({
      method: 'GET',
      path: '/v1/replays',
      tag,
      summary: 'List replays',
      right: 'read',
      query: pageOnly,
      success: {
        status: 200,
        description: 'A page of replays, newest first.',
        schema: models.listOf(models.replay),
      },
      handle: async ({ query, account }) => {
        const name = { list: 'replays', accountNo: account.no };
        const page = await pageInStore(name, query, async ({ limit, before }) => {
          const rows = await parts.store.listReplays({ accountNo: account.no, limit: limit + 1, before });
          return cutAt(rows, limit, ({ no }) => no);
        });
        return pageAnswer(page, replayView);
      },
    }),
    route({
      method: 'GET',
      path: '/v1/replays/{id}',
      tag,
      summary: 'How a replay is getting on',
      right: 'read',
      success: { status: 200, description: 'The replay.', schema: models.replay },
      handle: async ({ account, params }) => {
        const replay = await parts.store.getReplay({ accountNo: account.no, id: params.id });
        if (replay === null) throw notFound('replay', params.id);
        return { body: replayView(replay) };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/replays/{id}/cancel',
      tag,
      summary: 'Cancel a replay',
      description: 'What it has put back and is still waiting is taken back; what was sent stays sent.',
      right: 'manage',
      success: { status: 200, description: 'The replay.', schema: models.replay },
      handle: async ({ account, params }) => ({
        body: replayView(await parts.replayer.cancelReplay(account, params.id)),
      }),
    }),
    route({
      method: 'POST',
      path: '/v1/replays/{id}/pause',
      tag,
      summary: 'Pause a replay',
      description:
        'What it has put back and is still waiting is taken back until it goes on; what was sent stays sent. One that has ended stays as it is.',
      right: 'manage',
      success: { status: 200, description: 'The replay.', schema: models.replay },
      handle: async ({ account, params }) => ({
        body: replayView(await parts.replayer.pauseReplay(account, params.id)),
      }),
    }),
    route({
      method: 'POST',
      path: '/v1/replays/{id}/resume',
      tag,
      summary: 'Go on with a paused replay',
      description:
        'What was taken back is put back with a fresh schedule. One that is not paused stays as it is.',
      right: 'manage',
      success: { status: 200, description: 'The replay.', schema: models.replay },
      fails: ['too_many_requests'],
      handle: async ({ account, params }) => ({
        body: replayView(await parts.replayer.resumeReplay(account, params.id)),
      }),
    }),
  ];
}

export function replayView(replay: Replay): Record<string, unknown> {
  const { id, status, total, done, failed, perSecond } = replay;
  return {
    id,
    status,
    total,
    done,
    failed,
    rateLimit: perSecond === null ? null : { perSecond },
    startedAt: timeText(replay.startedAtMs),
    finishedAt: maybeTimeText(replay.finishedAtMs),
  };
}

async function start(parts: ApiParts, call: Call<unknown, Static<typeof replayInput>>): Promise<Answer> {
  const { rateLimit, ...selected } = call.body;
  const filter = await filterOf(parts, call.account, selected);
  const replay = await parts.replayer.startReplay(call.account, filter, rateLimit?.perSecond ?? null);
  return { body: replayView(replay) };
}

async function plan(parts: ApiParts, call: Call<unknown, Static<typeof planInput>>): Promise<Answer> {
  const { total, isWhole, sample } = await parts.store.planReplay({
    accountNo: call.account.no,
    filter: await filterOf(parts, call.account, call.body),
    nowMs: parts.clock.nowMs(),
    rows: replayPlanRows,
    limit: replaySample,
  });
  return { body: { total, atLeast: !isWhole, sample: sample.map(deliveryView) } };
}

async function filterOf(
  parts: ApiParts,
  account: Account,
  selected: Static<typeof planInput>,
): Promise<ReplayFilter> {
  if (selected.ids !== undefined && Object.keys(selected).length > 1) {
    throw invalid([
      { pointer: '/ids', detail: 'selects by itself; leave out the other members, or leave out ids' },
    ]);
  }
  selected.eventTypes?.forEach((type, place) => {
    checkTypePattern(type, `/eventTypes/${place}`);
  });
  return {
    endpointNo:
      selected.endpointId === undefined ? null : findEndpoint(parts, account, selected.endpointId).no,
    eventTypes: selected.eventTypes ?? null,
    state: selected.status ?? 'dead',
    ...readSpan(selected, parts.clock.nowMs(), '/'),
    ...readTried(selected),
    keys: selected.ids === undefined ? null : await keysOf(parts, account, selected.ids),
  };
}

/** Throws `not_found` when any of the deliveries is not the account's, `conflict` when its endpoint is gone, before anything is put back. */
async function keysOf(parts: ApiParts, account: Account, ids: readonly string[]): Promise<number[]> {
  const found = await findDeliveries(parts, account, ids);
  const gone = found.find(({ endpointNo }) => parts.directory.endpoint(endpointNo) === null);
  if (gone !== undefined) throw endpointGone(`The delivery ${gone.id}`);
  return found.map(({ key }) => key);
}

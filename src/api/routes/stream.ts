import { Type } from 'typebox';
import { invalid } from '../../core/errors.ts';
import * as limits from '../../core/limits/live.ts';
import { type Batch, type ChangeKind, changeKinds } from '../../core/live.ts';
import { portalKinds } from '../../core/portal.ts';
import type { Watching } from '../../flow/live.ts';
import { callerOf, type Principal } from '../auth.ts';
import { eventStream } from '../event-stream.ts';
import type { ApiParts } from '../parts.ts';
import { type Call, type Route, route } from '../route.ts';

const query = Type.Object(
  {
    kinds: Type.Optional(
      Type.String({
        description: `Which, with commas between: ${changeKinds.join(', ')}. All of them unless given; in a portal only ${portalKinds.join(', ')}.`,
      }),
    ),
  },
  { additionalProperties: false },
);

/** What changes, as it changes: for pages that show it. */
export function streamRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/stream',
      tag: 'Stream',
      summary: 'Watch an account',
      description: [
        'Server-sent events, on whichever node something happens. `change` tells of one thing: `{"kind","id",…}` with its `status` and what else is known at once; `id` is null where it is one or some of that kind.',
        `\`more\` names the kinds, \`{"kinds":[…]}\`, of which there was more than ${limits.livePerS} changes in a second, or than you read in time.`,
        'It tells which list to read again, and holds no payload.',
        'The first event is `ready`. Nothing is kept for those who are away: what happened before `ready` is in the lists, so read them after each `ready`, and nothing is missed. There is no `Last-Event-ID`.',
        `A comment each ${limits.liveBeatMs / 1000} s shows that the stream is alive. It ends when the key or session does, and when you take nothing of it for ${limits.liveStalledMs / 1000} s. One key, session or portal may have ${limits.liveWatchersEach} streams, one account ${limits.liveWatchersAccount}.`,
      ].join('\n\n'),
      right: 'read',
      query,
      success: { status: 200, description: 'Events until the connection ends.' },
      fails: ['too_many_requests'],
      handle: (call) => ({
        contentType: 'text/event-stream; charset=utf-8',
        // A proxy that gathers answers would hold back what is live.
        headers: { 'x-accel-buffering': 'no' },
        stream: eventStream(texts(parts.live.watch(watchingOf(call), call.gone), call, parts), parts.clock),
      }),
    }),
  ];
}

function watchingOf({ account, principal, query }: Call<{ kinds?: string }>): Watching {
  return { accountNo: account.no, caller: callerOf(principal), kinds: kindsOf(query.kinds, principal) };
}

function kindsOf(
  text: string | undefined,
  { portal }: Pick<Principal, 'portal'>,
): ReadonlySet<ChangeKind> | null {
  const all = portal === null ? changeKinds : portalKinds;
  if (text === undefined) return portal === null ? null : new Set(all);
  const kinds = text.split(',').map((name) => {
    const kind = all.find((one) => one === name.trim());
    if (kind === undefined)
      throw invalid([{ pointer: 'kinds', detail: `must hold names of ${all.join(', ')}` }]);
    return kind;
  });
  return new Set(kinds);
}

async function* texts(
  batches: AsyncIterable<Batch | null>,
  call: Pick<Call, 'stillMay'>,
  { clock }: Pick<ApiParts, 'clock'>,
): AsyncGenerator<string> {
  yield `event: ready\ndata: {}\n\n`;
  let askedAtMs = clock.monotonicMs();
  for await (const batch of batches) {
    const nowMs = clock.monotonicMs();
    if (nowMs - askedAtMs >= limits.liveBeatMs) {
      askedAtMs = nowMs;
      if (!(await call.stillMay())) return;
    }
    yield batch === null ? ': still here\n\n' : textOf(batch);
  }
}

function textOf({ changes, more }: Batch): string {
  const events = changes.map((change) => `event: change\ndata: ${JSON.stringify(change)}\n\n`);
  if (more.length > 0) events.push(`event: more\ndata: ${JSON.stringify({ kinds: more })}\n\n`);
  return events.join('');
}

import { sleep } from '../clock.ts';
import type { Template } from '../event.ts';
import type { Machine } from '../machine.ts';
import { type Report, verifiedOf } from '../report.ts';

/** One loud account with four endpoints and three quiet ones with one each: events of each in one turn of the pattern. */
const accounts = [
  { id: 'loud', endpoints: 4, events: 16 },
  { id: 'quiet-1', endpoints: 1, events: 5 },
  { id: 'quiet-2', endpoints: 1, events: 5 },
  { id: 'quiet-3', endpoints: 1, events: 5 },
];
const ratePerSecond = 3100;
/** With 256 requests under way at once, 1,280 a second: each account owes more than its quarter of that. */
const answerAfterMs = 200;

/** Equal accounts that all want more than there is get equal shares, however loud one of them is. */
export async function fairness(machine: Machine, report: Report): Promise<void> {
  const server = await machine.server();
  const { origin, process: receiver } = await machine.receiver();
  const run = machine.nextRun();
  const paths: number[][] = [];
  let path = 0;
  for (const { id, endpoints } of accounts) {
    await server.createAccount(id);
    const own = Array.from({ length: endpoints }, () => path++);
    paths.push(own);
    for (const [at, place] of own.entries())
      await server.createEndpoint(
        { url: `${origin}/e/${place}`, events: [`order.${at}`], concurrency: 256 },
        id,
      );
  }
  const all = Array.from({ length: path }, (_, place) => place);
  await receiver.ask(
    'behave',
    all.map((place) => [place, { afterMs: answerAfterMs }]),
  );
  const durationMs = machine.ms(8000, 4000);
  let shares: number[] = [];
  const { sent, received } = await machine.measure(
    {
      port: server.port,
      templates: interleaved(accounts.map(({ events }) => events)).map((at, n) =>
        templateOf(accounts[at]!, n),
      ),
      connections: 64,
      pace: { ratePerSecond },
      events: Math.floor((ratePerSecond * durationMs) / 1000),
      durationMs: durationMs + 1000,
    },
    {
      expected: { run, fanOut: 1 },
      async during() {
        await sleep(durationMs / 3);
        const before = await receiver.ask<number[]>('perPath', path);
        await sleep(durationMs / 2);
        const after = await receiver.ask<number[]>('perPath', path);
        shares = paths.map((own) => own.reduce((sum, place) => sum + after[place]! - before[place]!, 0));
        // What is left over need not be slow to arrive.
        await sleep(durationMs / 6);
        await receiver.ask('forgetManners');
      },
    },
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  const equal = total / accounts.length;
  const worst = Math.max(...shares.map((share) => Math.abs(share - equal) / equal));
  report.add({
    name: 'fairness: one loud and three quiet accounts, overload',
    ratePerSecond: (total * 1000) / (durationMs / 2),
    ratio: { value: worst, of: 'off the equal share at most' },
    target: { text: '≤ 0.20', met: worst <= 0.2 },
    verified: verifiedOf(received, sent.accepted),
    note: `shares ${shares.map((share) => (share / total).toFixed(3)).join(' ')}`,
  });
  await server.stop();

  function templateOf({ id, endpoints }: { id: string; endpoints: number }, n: number): Template {
    return server.template({ run, type: `order.${n % endpoints}`, account: id });
  }
}

/** Places of the accounts in the pattern, each spread evenly over it. */
function interleaved(counts: readonly number[]): number[] {
  return counts
    .flatMap((count, at) => Array.from({ length: count }, (_, n) => ({ at, when: (n + 0.5) / count })))
    .toSorted((a, b) => a.when - b.when)
    .map(({ at }) => at);
}

import type { Tracked } from './tracked.ts';
import type { World } from './world.ts';

/** What must hold when everything is over: each promise is compared with what the store says. */
export async function checkEnd(world: World): Promise<void> {
  const { kernel, ledger, publishers } = world;
  for (const one of publishers.all) {
    if (!one.heard) kernel.fail('21 liveness', `event ${one.n} was never acknowledged`);
  }
  for (const one of ledger.open) {
    const { endpoint } = one.record;
    kernel.fail(
      '21 liveness',
      `${one.key} is still open: lease ${one.lease}, ${one.tries} tries, endpoint ${endpoint.no} is ${endpoint.status}`,
    );
  }
  const numbers = new Map<number, { attempts: number; dead: number }>();
  for (const one of ledger.tracked.values()) await checkDelivery(world, one, numbers);
  if (!world.forgets) await checkNumbers(world, numbers);
  for (const { replay } of ledger.replays.all.values()) {
    const found = await world.store.getReplay({ accountNo: replay.accountNo, id: replay.id });
    if (found?.status === 'running') kernel.fail('21 liveness', `replay ${replay.no} never ended`);
  }
}

async function checkDelivery(
  world: World,
  one: Tracked,
  numbers: Map<number, { attempts: number; dead: number }>,
): Promise<void> {
  const { kernel, store } = world;
  const found = await store.getDelivery(one.event.accountNo, one.key);
  if (found === null) {
    return kernel.fail('14 retention', `${one.key} is gone`);
  }
  const { delivery, attempts, data } = found;
  const { accountNo } = one.event;
  const sum = numbers.get(accountNo) ?? { attempts: 0, dead: 0 };
  numbers.set(accountNo, sum);
  sum.attempts += attempts.length;
  if (data !== one.event.data)
    kernel.fail('1 bytes', `the stored event ${one.event.n} has other bytes than were published`);
  const state = one.record.deleted && one.state === 'open' ? 'cancelled' : one.state;
  if (delivery.status !== state)
    kernel.fail('3 state', `${one.key} is ${delivery.status} and should be ${state}`);
  if (attempts.length !== one.attempts)
    kernel.fail('6 attempts', `${one.key} has ${attempts.length} attempts and should have ${one.attempts}`);
  if (one.sends - one.excused > attempts.length)
    kernel.fail('10 wire', `${one.key} was sent ${one.sends} times and has ${attempts.length} attempts`);
  if (state === 'delivered' && one.successes === 0)
    kernel.fail('9 ended', `${one.key} is delivered and no receiver took it`);
  if (attempts.some((attempt, i) => attempt.n !== i + 1))
    kernel.fail('6 attempts', `the attempts of ${one.key} are not numbered from 1`);
  for (const attempt of attempts) {
    if (one.body === null || attempt.error === 'lost' || !attempt.bodyWithData) continue;
    if (!(attempt.bodyHead + data + attempt.bodyTail).startsWith(one.body.slice(0, -1)))
      kernel.fail('11 stable', `an attempt of ${one.key} shows another body than went out`);
  }
}

/** The dashboard's numbers against a recount of the attempts. */
async function checkNumbers(
  world: World,
  numbers: Map<number, { attempts: number; dead: number }>,
): Promise<void> {
  for (const [accountNo, { attempts }] of numbers) {
    const stats = await world.store.stats({
      accountNo,
      endpointNo: null,
      sinceMs: 0,
      untilMs: world.wallMs * 2,
      bucketMs: 86_400_000,
    });
    if (stats.attempts !== attempts)
      world.kernel.fail(
        '15 numbers',
        `account ${accountNo} shows ${stats.attempts} attempts instead of ${attempts}`,
      );
  }
}

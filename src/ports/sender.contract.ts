import { test } from 'node:test';
import { addresses } from './sender-addresses.case.ts';
import { whatComesBack, whatIsSent } from './sender-answers.case.ts';
import { certificates, connections } from './sender-connections.case.ts';
import { brokenReceivers, deadlines } from './sender-faults.case.ts';
import { whereTheTimeGoes } from './sender-timings.case.ts';
import { type Declare, type OpenSender, Stage } from './sender-world.case.ts';

/** The promises of `ports/sender.ts`, for whoever implements it. */
export function senderContract(name: string, open: OpenSender): void {
  const promise: Declare = (title, act) => {
    test(`${name}: ${title}`, { timeout: 30_000 }, (t) => act(new Stage(t, open)));
  };
  whatIsSent(promise);
  whatComesBack(promise);
  whereTheTimeGoes(promise);
  brokenReceivers(promise);
  deadlines(promise);
  connections(promise);
  certificates(promise);
  addresses(promise);
}

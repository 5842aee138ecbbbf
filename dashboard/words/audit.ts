import type { AuditEntry } from '../api/types.ts';
import { fieldNames } from './fields.ts';

/** The verbs of what the API does, as people say what somebody did. */
const done: Readonly<Record<string, string>> = {
  Add: 'Added',
  Cancel: 'Cancelled',
  Change: 'Changed',
  Create: 'Made',
  Declare: 'Declared',
  Delete: 'Deleted',
  Deliver: 'Delivered',
  Dismiss: 'Dismissed',
  End: 'Ended',
  Go: 'Went',
  Judge: 'Judged',
  Make: 'Made',
  Open: 'Opened',
  Pause: 'Paused',
  Publish: 'Published',
  Register: 'Registered',
  Remove: 'Removed',
  Replay: 'Replayed',
  Resume: 'Resumed',
  Revoke: 'Revoked',
  Rotate: 'Rotated',
  Send: 'Sent',
  Show: 'Looked at',
  Sign: 'Signed',
  Take: 'Took',
  Tell: 'Told',
  Try: 'Tried',
};
/** Acts whose words would not go with what they were about behind them. */
const others: Readonly<Record<string, string>> = {
  'Deliver an event again': 'Delivered again event',
  'Go on with a paused replay': 'Went on with replay',
  'Judge a kept request again': 'Judged again request',
  'Make the request of a delivery': 'Signed anew the request of delivery',
  'Replay deliveries': 'Started replay',
  'Replay what failed': 'Replayed what failed at',
  'Rotate the secret': 'Rotated the secret of',
  'Send a test event': 'Sent a test event to',
  'Show the secret': 'Looked at the secret of',
  'Tell a bin how to behave': 'Changed bin',
  'Take back an event type': 'Took back event type',
  'Try a delivery now': 'Tried at once delivery',
};
const ends = /^(Delete|Revoke|Remove|End|Take back) /;

/** What somebody did, to be followed by what it was done to where that is known: `Made bin`, `Looked at the secret of`. */
export function actWords(told: string, isAboutOne: boolean): string {
  const [act = ''] = told.split(': ');
  const other = others[act];
  if (isAboutOne && other !== undefined) return other;
  const [verb = '', ...rest] = act.split(' ');
  const past = done[verb];
  if (past === undefined) return act;
  if (isAboutOne && /^(an?|the)$/.test(rest[0] ?? '')) rest.shift();
  return [past, ...rest].join(' ');
}

/** What was sent of a change, to stand behind what was changed; empty where that is not told. */
export function whichWords(told: string): string {
  const [, names] = told.split(': ');
  return names === undefined ? '' : `: ${fieldNames(names.split(', '))}`;
}

/** What it was done to is called so; an address stands as it is. */
export function aboutWords({ aboutId, aboutName }: Pick<AuditEntry, 'aboutId' | 'aboutName'>): string | null {
  if (aboutName === null) return aboutId;
  return aboutName.includes('://') ? aboutName : `‘${aboutName}’`;
}

/** Whether what it was done to is gone by it. */
export function isEnd(act: string): boolean {
  return ends.test(act);
}

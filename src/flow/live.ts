import { SurehookError } from '../core/errors.ts';
import * as limits from '../core/limits/live.ts';
import { busyRetryAfterS } from '../core/limits/store.ts';
import { type Batch, type Change, type ChangeKind, Notes } from '../core/live.ts';
import type { Clock } from '../ports/clock.ts';
import type { NodeTalk } from '../ports/store.ts';

export interface LiveParts {
  clock: Clock;
  /** What nodes that share a store say to each other. */
  store: NodeTalk;
}

/** Who watches what. */
export interface Watching {
  accountNo: number;
  /** By whom: the same for all that one key, session or portal watches. */
  caller: string;
  /** Null: of every kind. */
  kinds: ReadonlySet<ChangeKind> | null;
}

/** What nodes say: that somebody watches, or what changed in an account. */
type Word = { watching: true } | { accountNo: number; batch: Batch };

interface Reader {
  caller: string;
  kinds: ReadonlySet<ChangeKind> | null;
  notes: Notes;
  isGone: boolean;
  wake(): void;
}

/**
 * Tells those who watch what changes in their account, on this node and, while somebody watches, on the others. Nothing is kept for
 * who does not watch, and nothing happens where nobody does.
 */
export class Live {
  readonly #parts: LiveParts;
  readonly #readers = new Map<number, Set<Reader>>();
  /** What other nodes are to be told, by account. */
  readonly #outbox = new Map<number, Notes>();
  #watching = 0;
  #watchedUntilMs = -1;
  #askedAtMs = -limits.liveAskEveryMs;
  #isTelling = false;
  #stopped = false;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    parts.store.overhear((text) => this.#hear(text));
  }

  /** Whether there is anybody to be told, so that what costs something need not be put together. */
  get isWatched(): boolean {
    return this.#watching > 0 || this.#isWatchedElsewhere();
  }

  /** Something changed here. Must be cheap: it is called on the way of every event. */
  say(accountNo: number, change: Change): void {
    this.#tell(accountNo, change);
    if (!this.#isWatchedElsewhere()) return;
    let notes = this.#outbox.get(accountNo);
    if (notes === undefined) {
      notes = new Notes();
      this.#outbox.set(accountNo, notes);
    }
    notes.add(change, this.#parts.clock.monotonicMs());
    this.#tellSoon();
  }

  /**
   * What changes in an account from now on; null each `liveBeatMs` in which nothing did. Ends when `gone` calls what it was given,
   * and when the server stops. Throws `too_many_requests` at once.
   */
  watch(
    { accountNo, caller, kinds }: Watching,
    gone: (act: () => void) => void,
  ): AsyncGenerator<Batch | null> {
    this.#requireRoom(accountNo, caller);
    const reader: Reader = { caller, kinds, notes: new Notes(), isGone: false, wake() {} };
    const others = this.#readers.get(accountNo) ?? new Set();
    this.#readers.set(accountNo, others.add(reader));
    this.#watching += 1;
    gone(() => this.#leave(accountNo, reader));
    return this.#told(accountNo, reader);
  }

  /** None of them takes the places of all. */
  #requireRoom(accountNo: number, caller: string): void {
    const there = [...(this.#readers.get(accountNo) ?? [])];
    const refuse = (detail: string): never => {
      throw new SurehookError('too_many_requests', detail, { retryAfterS: busyRetryAfterS });
    };
    if (there.filter((reader) => reader.caller === caller).length >= limits.liveWatchersEach)
      refuse(
        `You watch ${limits.liveWatchersEach} streams here already. Close one: a single stream tells of all kinds.`,
      );
    if (there.length >= limits.liveWatchersAccount)
      refuse(
        `This account is watched by ${limits.liveWatchersAccount} streams here already. Close one, or read the lists.`,
      );
    if (this.#watching >= limits.liveWatchers)
      refuse('Too many watch here already. Try again shortly, or read the lists.');
  }

  async *#told(accountNo: number, reader: Reader): AsyncGenerator<Batch | null> {
    try {
      while (!reader.isGone && !this.#stopped) {
        this.#ask();
        const batch = reader.notes.take(this.#parts.clock.monotonicMs());
        if (batch !== null) yield batch;
        else if (!(await this.#wait(reader))) yield null;
      }
    } finally {
      this.#leave(accountNo, reader);
    }
  }

  #leave(accountNo: number, reader: Reader): void {
    if (reader.isGone) return;
    reader.isGone = true;
    this.#watching -= 1;
    const others = this.#readers.get(accountNo);
    others?.delete(reader);
    if (others?.size === 0) this.#readers.delete(accountNo);
    reader.wake();
  }

  /** Who watches has seen everything. */
  stop(): void {
    this.#stopped = true;
    for (const readers of this.#readers.values()) for (const reader of readers) reader.wake();
  }

  #tell(accountNo: number, change: Change): void {
    for (const { kinds, notes, wake } of this.#readers.get(accountNo) ?? []) {
      if (kinds !== null && !kinds.has(change.kind)) continue;
      notes.add(change, this.#parts.clock.monotonicMs());
      wake();
    }
  }

  /** False when a beat's time went by and there was nothing to tell. */
  #wait(reader: Reader): Promise<boolean> {
    const { clock } = this.#parts;
    const { dueAtMs } = reader.notes;
    const waitMs = dueAtMs === null ? limits.liveBeatMs : Math.max(0, dueAtMs - clock.monotonicMs());
    return new Promise((resolve) => {
      const cancel = clock.after(waitMs, () => end(dueAtMs !== null));
      const end = (isWoken: boolean): void => {
        cancel();
        reader.wake = () => {};
        resolve(isWoken);
      };
      reader.wake = () => {
        // What may be told only later does not begin a new wait that is shorter than this one.
        const due = reader.notes.dueAtMs;
        if (reader.isGone || this.#stopped || due !== dueAtMs) end(true);
      };
    });
  }

  #isWatchedElsewhere(): boolean {
    return this.#watchedUntilMs >= 0 && this.#parts.clock.monotonicMs() < this.#watchedUntilMs;
  }

  /** The others tell what they do while they are asked. */
  #ask(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs - this.#askedAtMs < limits.liveAskEveryMs) return;
    this.#askedAtMs = nowMs;
    this.#whisper({ watching: true });
  }

  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#parts.clock.after(limits.liveTellEveryMs, () => {
      this.#isTelling = false;
      const nowMs = this.#parts.clock.monotonicMs();
      for (const [accountNo, notes] of this.#outbox) {
        const batch = notes.take(nowMs);
        if (batch !== null) for (const piece of piecesOf(batch)) this.#whisper({ accountNo, batch: piece });
        if (notes.dueAtMs === null) this.#outbox.delete(accountNo);
      }
      if (this.#outbox.size > 0) this.#tellSoon();
    });
  }

  #whisper(word: Word): void {
    this.#parts.store.whisper(JSON.stringify(word));
  }

  #hear(text: string): void {
    const word = JSON.parse(text) as Word;
    const nowMs = this.#parts.clock.monotonicMs();
    if ('watching' in word) {
      this.#watchedUntilMs = nowMs + limits.liveToldForMs;
      return;
    }
    for (const change of word.batch.changes) this.#tell(word.accountNo, change);
    for (const reader of this.#readers.get(word.accountNo) ?? []) {
      for (const kind of word.batch.more)
        if (reader.kinds?.has(kind) !== false) reader.notes.addMore(kind, nowMs);
      reader.wake();
    }
  }
}

/** Halves until each piece is small enough to be whispered; what is too large alone is only said to be more. */
function piecesOf(batch: Batch): Batch[] {
  const { changes, more } = batch;
  if (new TextEncoder().encode(JSON.stringify(batch)).length <= limits.liveWhisperBytes - 64) return [batch];
  if (changes.length <= 1) return [{ changes: [], more: [...more, ...changes.map(({ kind }) => kind)] }];
  const half = changes.length >> 1;
  return [
    ...piecesOf({ changes: changes.slice(0, half), more: [] }),
    ...piecesOf({ changes: changes.slice(half), more }),
  ];
}

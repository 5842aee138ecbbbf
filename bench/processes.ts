import { type ChildProcess, fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Answer, Order, Told } from './orders.ts';

/** CPU time of a process so far, in microseconds. */
export interface Cpu {
  total: number;
  /** Of its main thread. */
  main: number;
}

// The unit of these files on every Linux that Node runs on (USER_HZ).
const tickUs = 10_000;

/** Zeros where there is no /proc. The resolution is 10 ms. */
export function cpuOf(pid: number): Cpu {
  try {
    return {
      total: ticks(`/proc/${pid}/stat`) * tickUs,
      main: ticks(`/proc/${pid}/task/${pid}/stat`) * tickUs,
    };
  } catch {
    return { total: 0, main: 0 };
  }
}

function ticks(file: string): number {
  const fields = fieldsOf(file);
  return Number(fields[11]) + Number(fields[12]);
}

/** The name in brackets may hold blanks; after it the parent's id is the 2nd field, user and system time the 12th and 13th, of children that ended the 14th and 15th. */
function fieldsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** CPU time of the process that began this one and of all its children, in microseconds: of a PostgreSQL server by one of its sessions. */
export function cpuUsOfFamily(childPid: number): number {
  try {
    const parent = fieldsOf(`/proc/${childPid}/stat`)[1]!;
    const own = fieldsOf(`/proc/${parent}/stat`);
    let sum = ticks(`/proc/${parent}/stat`) + Number(own[13]) + Number(own[14]);
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      sum += ticksOfChild(pid, parent);
    return sum * tickUs;
  } catch {
    return 0;
  }
}

function ticksOfChild(pid: string, parent: string): number {
  try {
    const fields = fieldsOf(`/proc/${pid}/stat`);
    return fields[1] === parent ? Number(fields[11]) + Number(fields[12]) : 0;
  } catch {
    return 0;
  }
}

export function cpuSince(pid: number, before: Cpu): Cpu {
  const after = cpuOf(pid);
  return { total: after.total - before.total, main: after.main - before.main };
}

/** Memory that a process has in RAM, in bytes; 0 where there is no /proc. */
export function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** No order of a run takes this long; what does not answer by then hangs. */
const answerWithinMs = 300_000;

/** A process of the run: asked one thing after another, ended with the run. */
export class Process {
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  /** Told of progress while an order is under way. */
  onTold: (told: number) => void = () => {};
  #count = 0;
  #ended = false;

  constructor(file: URL) {
    this.#child = fork(fileURLToPath(file), [], { serialization: 'advanced' });
    this.#child.on('message', (message: Answer | Told) => {
      if ('told' in message) return this.onTold(message.told);
      const asked = this.#asked.get(message.no);
      this.#asked.delete(message.no);
      if ('error' in message) asked?.reject(new Error(message.error));
      else asked?.resolve(message.value);
    });
    this.#child.on('exit', (code, signal) => {
      this.#ended = true;
      for (const { reject } of this.#asked.values())
        reject(new Error(`${fileURLToPath(file)} ended early (${signal ?? code})`));
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  ask<Value>(name: string, input?: unknown): Promise<Value> {
    this.#count += 1;
    const no = this.#count;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to "${name}"`)), answerWithinMs);
      this.#asked.set(no, {
        resolve(value) {
          clearTimeout(timer);
          resolve(value as Value);
        },
        reject,
      });
      this.#child.send({ no, name, input } satisfies Order);
    });
  }

  tell(told: number): void {
    if (!this.#ended) this.#child.send({ told } satisfies Told);
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGKILL');
    await gone;
  }
}

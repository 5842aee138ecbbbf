import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A message as a consumer finds it. */
export interface Arrived {
  headers: Record<string, string>;
  body: string;
}

/** A broker of a test's own, and a queue in it. */
export interface Broker {
  /** Of the queue, with a password where the broker wants one. */
  url: string;
  /** The same with what is wrong: no such queue, another password (null: it has none). */
  missing: string;
  missingWords: RegExp;
  forbidden: string | null;
  /** The same queue, to take messages from; null: nothing can be taken from there. */
  from: string | null;
  /** Bodies that are too large, and the limit that is named then; none: it takes all that an event can have. */
  tooLarge: readonly { bytes: number; words: RegExp }[];
  /** Everything that is in the queue, oldest first. */
  arrived(): Promise<Arrived[]>;
  /** As `kill -9`. */
  kill(): Promise<void>;
  /** Starts again with what was confirmed. */
  start(): Promise<void>;
  /** For good. */
  close(): Promise<void>;
}

/** What a test needs to start one. */
export interface BrokerKind {
  name: string;
  /** Why it cannot be had here, or false. */
  skip: string | false;
  start(): Promise<Broker>;
}

export function missingProgram(name: string, how: string): string | false {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0
    ? false
    : `${name} is not installed (${how})`;
}

/** Below those that systems give to outgoing connections: it must still be free when a broker starts again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

/** A program that listens on a port; killed and started again as a test wants. */
export class Program {
  readonly #command: string;
  readonly #args: string[];
  readonly #port: number;
  readonly #env: Record<string, string>;
  #child: ChildProcess | null = null;

  constructor(command: string, args: string[], port: number, env: Record<string, string> = {}) {
    this.#command = command;
    this.#args = args;
    this.#port = port;
    this.#env = env;
  }

  async start(): Promise<void> {
    // A group of its own: what it starts itself goes with it.
    const child = spawn(this.#command, this.#args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#env },
      detached: true,
    });
    this.#child = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (said = `${said}${text}`.slice(-4000)));
    process.once('exit', this.#exit);
    child.once('exit', () => process.off('exit', this.#exit));
    for (let n = 0; n < 1200; n += 1) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${this.#command} ended (${child.exitCode ?? child.signalCode}): ${said}`);
      if (await listens(this.#port)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${this.#command} does not listen: ${said}`);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    process.off('exit', this.#exit);
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    process.kill(-child.pid!, signal);
    await gone;
  }

  readonly #exit = (): void => {
    if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

import { connect, type Socket } from 'node:net';
import { nowMs } from './clock.ts';
import type { Template } from './event.ts';
import { serve } from './orders.ts';
import { type Summary, summarise } from './summary.ts';

/*
 * The load of a run, in a process of its own: requests made in advance and written to raw sockets, one under way on each.
 * Open: event n is due at the start + n / rate, whatever became of those before it, and its latency counts from then.
 * Closed: at most `window` events are accepted and not yet received, so what is measured is what is sustained.
 */

export interface Load {
  port: number;
  /** Of further nodes: connections go to each in turn. */
  otherPorts?: number[];
  /** Event n is made of the one at n modulo their number. */
  templates: Template[];
  connections: number;
  pace: { ratePerSecond: number } | { window: number };
  /** Ends after so many events, or after this time. */
  events: number;
  durationMs: number;
}

export interface Sent {
  events: number;
  accepted: number;
  /** Events that were answered with something else, by number; the first thousand. */
  refused: number[];
  statuses: Record<string, number>;
  startMs: number;
  endMs: number;
  /** From the intended moment to the answer. */
  latency: Summary;
  cpuUs: number;
}

/** All lines read into the same memory, one after another: a stream each would cost the server's cores more than the reading does. */
const arrived = Buffer.alloc(65_536);

class Line {
  readonly socket: Socket;
  /** The event under way, -1 for none. */
  n = -1;
  #rest = '';
  readonly #answered: (line: Line, status: number) => void;

  constructor(port: number, answered: (line: Line, status: number) => void) {
    this.#answered = answered;
    const callback = (bytes: number): boolean => {
      this.#read(bytes);
      return true;
    };
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: arrived, callback },
    });
  }

  #read(bytes: number): void {
    const text = this.#rest + arrived.toString('latin1', 0, bytes);
    const headEnd = text.indexOf('\r\n\r\n');
    const length = /\r\ncontent-length: *(\d+)/i.exec(text);
    const end = headEnd < 0 ? Infinity : headEnd + 4 + Number(length?.[1] ?? 0);
    if (text.length < end) {
      this.#rest = text;
      return;
    }
    this.#rest = text.slice(end);
    this.#answered(this, Number(text.slice(9, 12)));
  }
}

let received = 0;

async function run(load: Load): Promise<Sent> {
  received = 0;
  const ports = [load.port, ...(load.otherPorts ?? [])];
  const idle: Line[] = [];
  const lines: Line[] = [];
  const intendedMs = new Float64Array(load.events);
  const latencyMs = new Float64Array(load.events);
  const refused: number[] = [];
  const statuses: Record<string, number> = {};
  let sent = 0;
  let answered = 0;
  let accepted = 0;
  let broken: Error | null = null;

  for (let i = 0; i < load.connections; i += 1) {
    const line = new Line(ports[i % ports.length]!, onAnswer);
    lines.push(line);
    await new Promise<void>((resolve, reject) => {
      line.socket.once('connect', resolve);
      line.socket.once('error', reject);
    });
    line.socket.on('error', (error) => (broken ??= error));
    line.socket.on('close', () => (broken ??= new Error('the server closed a connection')));
    idle.push(line);
  }

  function onAnswer(line: Line, status: number): void {
    latencyMs[line.n] = nowMs() - intendedMs[line.n]!;
    answered += 1;
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === 202) accepted += 1;
    else if (refused.length < 1000) refused.push(line.n);
    line.n = -1;
    idle.push(line);
    fill();
  }

  /** How many events should have been sent by now. */
  function due(): number {
    if (nowMs() >= endMs) return sent;
    if ('window' in load.pace) return Math.min(load.events, received + load.pace.window);
    const last = 'ratePerSecond' in load.pace ? ((nowMs() - startMs) * load.pace.ratePerSecond) / 1000 : 0;
    return Math.min(load.events, Math.floor(last) + 1);
  }

  function fill(): void {
    for (let open = due() - sent; open > 0 && idle.length > 0; open -= 1) {
      const line = idle.pop()!;
      const n = sent;
      sent += 1;
      line.n = n;
      intendedMs[n] = 'ratePerSecond' in load.pace ? startMs + (n * 1000) / load.pace.ratePerSecond : nowMs();
      line.socket.write(requestOf(load.templates[n % load.templates.length]!, n));
    }
  }

  const cpu = process.cpuUsage();
  const startMs = nowMs();
  const endMs = startMs + load.durationMs;
  // Events that were due and found no free connection are sent late, but they are sent: open means open.
  const isDone = (): boolean => answered === sent && (nowMs() >= endMs || sent >= load.events);
  await new Promise<void>((resolve) => {
    const beat = (): void => {
      fill();
      if (broken !== null || isDone()) resolve();
      else setTimeout(beat, 1);
    };
    beat();
  });
  const used = process.cpuUsage(cpu);
  for (const { socket } of lines) {
    socket.removeAllListeners('close');
    socket.destroy();
  }
  if (broken !== null) throw broken;
  return {
    events: sent,
    accepted,
    refused,
    statuses,
    startMs,
    endMs: nowMs(),
    latency: summarise(latencyMs.subarray(0, sent)),
    cpuUs: used.user + used.system,
  };
}

function requestOf(template: Template, n: number): Buffer {
  const bytes = Buffer.allocUnsafe(template.bytes.length);
  bytes.set(template.bytes);
  let rest = n;
  for (let at = template.numberAt + 7; at >= template.numberAt; at -= 1) {
    bytes[at] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return bytes;
}

serve({ run }, (told) => {
  received = told;
});

import type { Outcome, Request } from '../../src/core/attempt.ts';
import type { Sender } from '../../src/ports/sender.ts';
import type { ManualClock } from './clock.ts';

/** What a receiver does with one request; `afterMs` is when its answer arrives. */
export type Answer = Partial<Outcome> & { afterMs?: number };

export interface Sent {
  atMs: number;
  request: Request;
  header(name: string): string | undefined;
  text: string;
}

/** A network that a test scripts: every request is kept, and answered as the script says. */
export class ScriptedSender implements Sender {
  readonly sent: Sent[] = [];
  /** Requests that wait for their answer, and the most there ever were at once, by URL. */
  readonly underWay = new Map<string, number>();
  readonly mostUnderWay = new Map<string, number>();
  readonly #clock: ManualClock;
  #script: (sent: Sent, n: number) => Answer;

  constructor(clock: ManualClock, script: (sent: Sent, n: number) => Answer = () => ({})) {
    this.#clock = clock;
    this.#script = script;
  }

  script(script: (sent: Sent, n: number) => Answer): void {
    this.#script = script;
  }

  send(request: Request): Promise<Outcome> {
    const { headers } = request;
    const sent: Sent = {
      atMs: this.#clock.nowMs(),
      request,
      header: (name) => headers.find((_, i) => i % 2 === 1 && headers[i - 1] === name),
      text: new TextDecoder().decode(request.body.bytes),
    };
    this.sent.push(sent);
    const { afterMs = 0, ...answer } = this.#script(sent, this.sent.length);
    const now = (this.underWay.get(request.url) ?? 0) + 1;
    this.underWay.set(request.url, now);
    this.mostUnderWay.set(request.url, Math.max(now, this.mostUnderWay.get(request.url) ?? 0));
    const httpStatus =
      answer.httpStatus === undefined ? (answer.error === undefined ? 200 : null) : answer.httpStatus;
    const good = httpStatus !== null && httpStatus >= 200 && httpStatus < 300;
    const outcome: Outcome = {
      httpStatus,
      error: good ? null : 'http_status',
      detail: '',
      durationMs: afterMs,
      timings: null,
      responseHeaders: [],
      responseBody: '',
      responseTruncated: false,
      retryAfter: null,
      ...answer,
    };
    return new Promise((resolve) => {
      this.#clock.after(afterMs, () => {
        this.underWay.set(request.url, this.underWay.get(request.url)! - 1);
        resolve(outcome);
      });
    });
  }

  async close(): Promise<void> {}
}

import {
  badlySigned,
  curlOf,
  type LocalRequest,
  probesFor,
  type Signer,
  signedAnew,
  signerOf,
} from '../core/local-request.ts';
import type { Crypto } from '../core/signing.ts';
import type { Io } from './io.ts';

/** What can be done to events on their way, to see what a receiver makes of it. */
export const faults = ['duplicate', 'stale', 'bad-signature', 'out-of-order', 'delayed'] as const;
export type Fault = (typeof faults)[number];

/** What a receiver on this machine answered. */
export interface LocalAnswer {
  status: number;
  /** Its beginning. */
  body: string;
  durationMs: number;
}

/** Sends a request to this machine. Throws an Error in words when nobody answers. */
export type SendLocally = (url: string, request: LocalRequest) => Promise<LocalAnswer>;

export interface ForwardWorld extends Io {
  send: SendLocally;
  wait(ms: number): Promise<void>;
  nowMs(): number;
  crypto: Crypto;
}

interface Sent {
  request: LocalRequest;
  url: string;
  signer: Signer | null;
}

const delayMs = 5000;
const staleS = 3600;

/** Hands events on to receivers on this machine, one line each, and does to them what it is told to. */
export class Forwarder {
  readonly #world: ForwardWorld;
  readonly #faults: readonly Fault[];
  /** Of each address: told why it refuses. */
  readonly #explained = new Set<string>();
  #held: Sent | null = null;
  #last: Sent | null = null;
  /** Faults for the next event only, as keys ask for. */
  readonly #once = new Set<Fault>();
  /** Where nobody answered the last time. */
  readonly #silent = new Set<string>();
  #wasWrong = false;

  constructor(world: ForwardWorld, given: readonly Fault[]) {
    this.#world = world;
    this.#faults = given;
  }

  /** A receiver did not do as it should, or nobody answers in its place. */
  get isWrong(): boolean {
    return this.#wasWrong || this.#silent.size > 0;
  }

  /** For an event that goes nowhere. */
  show(request: LocalRequest, signer: { profile: string; secret: string }): void {
    this.#line(request, 'seen');
    this.#last = { request, url: '', signer: signerOf(signer.profile, signer.secret) };
  }

  /** False when nobody answered: it is to come again. Any answer is an answer. */
  async handOn(
    request: LocalRequest,
    url: string,
    signer: { profile: string; secret: string },
  ): Promise<boolean> {
    const sent: Sent = { request, url, signer: signerOf(signer.profile, signer.secret) };
    const has = (fault: Fault): boolean => this.#faults.includes(fault) || this.#once.has(fault);
    if (has('out-of-order') && this.#held === null) {
      this.#line(request, 'held back, to come after the next one');
      this.#held = sent;
      return true;
    }
    if (has('delayed')) await this.#world.wait(delayMs);
    if (has('bad-signature')) await this.#trySpoiled(sent, 'bad signature', badlySigned(request));
    if (has('stale')) await this.#trySpoiled(sent, 'stale', this.#stale(sent));
    const answer = await this.#send(sent, '');
    if (answer === null) return false;
    this.#judge(answer.status < 300);
    if (has('duplicate')) this.#judge(((await this.#send(sent, 'duplicate'))?.status ?? 0) < 300);
    await this.flush();
    this.#once.clear();
    return true;
  }

  /** What was held back goes out. */
  async flush(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#judge(((await this.#send(held, 'out of order'))?.status ?? 500) < 300);
  }

  /** What a key asks for, of the last event or the next one. */
  async press(key: string): Promise<void> {
    const { out } = this.#world;
    const fault = { d: 'duplicate', s: 'stale', b: 'bad-signature', o: 'out-of-order', l: 'delayed' }[key];
    const last = this.#last;
    if (fault !== undefined) {
      this.#once.add(fault as Fault);
      out(`The next event: ${fault}`);
    } else if (key === 'r' && last !== null && last.url !== '') await this.#send(last, 'again');
    else if (key === 'i' && last !== null) this.#inspect(last.request);
    else if (key === 'c' && last !== null)
      out(curlOf(last.url || 'http://localhost:3000/hooks', last.request));
    else
      out(
        'Keys: r send the last one again · i inspect it · c show it as curl · the next one: d twice, s stale too, b badly signed too, o out of order, l late · q quit',
      );
  }

  #inspect({ headers, body }: LocalRequest): void {
    for (const [name, value] of headers) this.#world.out(`  ${name}: ${value}`);
    this.#world.out(`\n  ${new TextDecoder().decode(body)}`);
  }

  /** A receiver that believes what is spoiled has a hole. */
  async #trySpoiled(sent: Sent, what: string, spoiled: LocalRequest | null): Promise<void> {
    if (spoiled === null) {
      this.#world.err(
        `${what}: this signature is the provider's own; name another profile with --profile to try that.`,
      );
      return;
    }
    const answer = await this.#send({ ...sent, request: spoiled }, what);
    if (answer === null || answer.status >= 400) return;
    this.#judge(false);
    this.#world.err(
      `  ${sent.url} believed it: a request with a ${what} must be refused.`.replace(
        'a stale',
        'an old signature',
      ),
    );
  }

  #stale({ request, signer }: Sent): LocalRequest | null {
    if (signer?.scheme.timestamp === undefined) return null;
    return signedAnew(request, signer, { timestampS: this.#nowS() - staleS }, this.#world.crypto);
  }

  #nowS(): number {
    return Math.floor(this.#world.nowMs() / 1000);
  }

  #judge(isRight: boolean): void {
    if (!isRight) this.#wasWrong = true;
  }

  /** Null when nobody answers. */
  async #send(sent: Sent, note: string): Promise<LocalAnswer | null> {
    const { request, url } = sent;
    const said = note === '' ? '' : ` (${note})`;
    try {
      const answer = await this.#world.send(url, request);
      this.#line(request, `${answer.status} in ${Math.round(answer.durationMs)} ms${said}`, url);
      this.#last = sent;
      this.#silent.delete(url);
      if (note === '' && answer.status >= 400) await this.#explain(sent, answer);
      return answer;
    } catch (error) {
      this.#line(request, `nobody answers: ${(error as Error).message}${said}`, url);
      this.#silent.add(url);
      return null;
    }
  }

  #line({ type, eventId }: LocalRequest, what: string, url = ''): void {
    const time = new Date(this.#world.nowMs()).toISOString().slice(11, 19);
    this.#world.out(`${time}  ${type.padEnd(24)} ${eventId}  →  ${what}${url === '' ? '' : `  ${url}`}`);
  }

  /** Why a receiver refuses what is right, found out by asking it: once for each address. */
  async #explain({ request, url, signer }: Sent, { status, body }: LocalAnswer): Promise<void> {
    const { err, send, crypto } = this.#world;
    if (body !== '') err(`  it says: ${body.slice(0, shownChars).replaceAll(/\s+/g, ' ')}`);
    if (![400, 401, 403].includes(status) || signer === null || this.#explained.has(url)) return;
    this.#explained.add(url);
    for (const probe of probesFor(request, signer, this.#nowS(), crypto)) {
      const answer = await send(url, probe.request).catch(() => null);
      if (answer === null || answer.status >= 300) continue;
      err(`  Found it: the signature was right, and the receiver makes a mistake. ${probe.mistake}`);
      return;
    }
    err(
      `  The signature is right: ${request.body.length} bytes, signed now with the secret shown above. Does the receiver hold that secret, and is its clock right? It makes none of the usual mistakes with body and key${JSON.stringify(parsed(request.body)) === new TextDecoder().decode(request.body) ? ' that this body could show' : ''}.`,
    );
  }
}

const shownChars = 200;

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

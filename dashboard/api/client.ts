import { fieldName, unescaped } from '../words/fields.ts';

/** A problem that the API answered (RFC 9457), or that it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly pointers: { pointer: string; detail: string }[];

  constructor(status: number, detail: string, pointers: { pointer: string; detail: string }[] = []) {
    super(detail);
    this.status = status;
    this.pointers = pointers;
  }
}

/** What the API need not be asked to refuse, in its form: `detail` stands beside the field. */
export function refusal(pointer: string, detail: string): ApiError {
  return new ApiError(400, `${fieldName(pointer)}: ${detail}`, [{ pointer, detail }]);
}

/** What was refused of one member; of what is in it, with the name of that. */
export function wrongAt(error: Error | null, pointer: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const found = error.pointers.find(
    (one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`),
  );
  if (found === undefined) return undefined;
  const inside = found.pointer.slice(pointer.length);
  return inside === '' || inside === '/' ? found.detail : `${stepsIn(inside)}: ${found.detail}`;
}

/** Names in an object as they were typed, places in a list counted from one. */
function stepsIn(pointer: string): string {
  const steps = pointer.slice(1).split('/');
  return steps.map((step) => (/^\d+$/.test(step) ? `no. ${Number(step) + 1}` : unescaped(step))).join(' → ');
}

/** A name as a step of a JSON pointer. */
export function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** What goes along with every request of this page. */
const page = { csrf: null as string | null, account: null as string | null, token: null as string | null };

export function sendCsrf(csrf: string | null): void {
  page.csrf = csrf;
}

/** Null: the account that the server takes by itself. */
export function actFor(account: string | null): void {
  page.account = account;
}

/** By this token, and by no cookie. */
export function askWith(token: string): void {
  page.token = token;
}

function request(
  method: string,
  signal: AbortSignal | null = null,
): RequestInit & { headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  if (page.csrf !== null && method !== 'GET') headers['surehook-csrf'] = page.csrf;
  if (page.account !== null) headers['surehook-account'] = page.account;
  if (page.token === null) return { method, headers, signal };
  if (page.token !== '') headers.authorization = `Bearer ${page.token}`;
  return { method, headers, signal, credentials: 'omit' };
}

/** An answer that goes on until `signal` ends it. */
export async function open(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const answer = await fetch(path, request('GET', signal));
  if (!answer.ok || answer.body === null) throw problemOf(answer.status, await answer.text());
  return answer.body;
}

/** One request; the answer's text is kept where numbers must stay as they were written. */
export async function ask(method: string, path: string, body?: unknown): Promise<string> {
  const init = request(method);
  if (body !== undefined) {
    init.headers['content-type'] = 'application/json';
    init.body = typeof body === 'string' ? body : JSON.stringify(body);
  }
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch {
    throw new ApiError(0, 'The server cannot be reached. Is it running?');
  }
  const text = await answer.text();
  if (answer.ok) return text;
  throw problemOf(answer.status, text);
}

export async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const text = await ask(method, path, body);
  return (text === '' ? null : JSON.parse(text)) as T;
}

/** A path with the query parameters that are set. */
export function withQuery(path: string, query: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

function problemOf(status: number, text: string): ApiError {
  try {
    const problem = JSON.parse(text) as { detail?: string; errors?: ApiError['pointers'] };
    const first = problem.errors?.[0];
    const detail = first === undefined ? problem.detail : `${fieldName(first.pointer)}: ${first.detail}`;
    return new ApiError(status, detail ?? `The server answered ${status}.`, problem.errors);
  } catch {
    return new ApiError(status, `The server answered ${status}.`);
  }
}

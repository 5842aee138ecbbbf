/** What a request is, as far as a command or a program has to say it. */
export interface Sendable {
  url: string;
  headers: Record<string, string>;
  body: string | null;
  /** Where the body is no text. */
  bodyBase64?: string | null;
}

/** Made by the client itself, or different at each request. */
const left = new Set(['host', 'content-length', 'connection', 'accept-encoding']);

/** The headers that have to be said. */
export function saidHeaders(headers: Record<string, string>): [name: string, value: string][] {
  return Object.entries(headers).filter(([name]) => !left.has(name));
}

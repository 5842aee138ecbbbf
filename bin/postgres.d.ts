/** See postgres.js. */
export function startTestPostgres(options?: {
  durableIn: string | null;
}): Promise<{ url: string; stop(): Promise<void> } | null>;

export function openServer(options?: { durableIn: string | null }): Promise<{
  port: number;
  start(): Promise<void>;
  stop(signal: 'SIGINT' | 'SIGQUIT'): Promise<void>;
  remove(): void;
}>;

/** See postgres.js. */
export function openServer(): Promise<{
  port: number;
  start(): Promise<void>;
  stop(signal: 'SIGINT' | 'SIGQUIT'): Promise<void>;
  remove(): void;
}>;

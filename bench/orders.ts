/** Asked by the run, answered by the process. */
export interface Order {
  no: number;
  name: string;
  input: unknown;
}

export type Answer = { no: number; value: unknown } | { no: number; error: string };

/** Told by a process while it works, or to it. */
export interface Told {
  told: number;
}

/** What a process of a run can do; each act answers once. */
export type Acts = Record<string, (input: never) => unknown>;

/** Answers the run's orders until the run ends; then this process ends, too. */
export function serve(acts: Acts, hear: (told: number) => void = () => {}): void {
  process.on('message', async (message: Order | Told) => {
    if ('told' in message) return hear(message.told);
    const { no, name, input } = message;
    try {
      const value = await acts[name]!(input as never);
      process.send!({ no, value } satisfies Answer);
    } catch (error) {
      process.send!({ no, error: (error as Error).stack ?? String(error) } satisfies Answer);
    }
  });
  process.on('disconnect', () => process.exit());
}

export function tell(told: number): void {
  process.send!({ told } satisfies Told);
}

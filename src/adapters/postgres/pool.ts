import pg from 'pg';

/** A pool of connections whose bound moves while it is in use. pg reads `options.max` whenever somebody asks, and has no other way to move it. */
export class Pool {
  readonly #pool: pg.Pool;
  readonly #usual: number;
  readonly #open = new Set<pg.PoolClient>();

  /** `usual`: connections at most, unless that is moved. */
  constructor(config: pg.PoolConfig, usual: number) {
    this.#usual = usual;
    this.#pool = new pg.Pool({ ...config, max: usual });
    // A connection that breaks while nobody uses it is replaced by the next who needs one.
    this.#pool.on('error', () => {});
    // One that breaks in use has failed its statement; without a listener it would end the process, too.
    this.#pool.on('connect', (client) => void client.on('error', () => {}));
    this.#pool.on('connect', (client) => void this.#open.add(client));
    this.#pool.on('remove', (client) => void this.#open.delete(client));
  }

  /** Connections that the server has let us have. */
  get open(): number {
    return this.#open.size;
  }

  /** Those, and those that are only asked for. */
  get wanted(): number {
    return this.#pool.totalCount;
  }

  /** Who waits for one. */
  get waiting(): number {
    return this.#pool.waitingCount;
  }

  get max(): number {
    return this.#pool.options.max;
  }

  /** Those there are stay, however many; with 0 whoever asks waits, and is told by nobody. */
  set max(max: number) {
    this.#pool.options.max = max;
  }

  widen(): void {
    this.max = this.#usual;
  }

  connect(): Promise<pg.PoolClient> {
    return this.#pool.connect();
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

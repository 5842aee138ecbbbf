import type { ClientBase, QueryResult } from 'pg';

export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly (string | number | boolean | null)[];
/** Values by column; big integers are numbers, for none here is above 2^53. */
export type Row = Record<string, unknown>;

/** A statement's text with `?` for its values, as the server wants it, with a name that it is kept prepared under. */
const prepared = new Map<string, { text: string; name: string }>();

/** A connection, in a transaction or not. Acts are functions on it. */
export class Session {
  readonly #client: ClientBase;

  constructor(client: ClientBase) {
    this.#client = client;
  }

  async get(sql: string, ...values: Value[]): Promise<Row | undefined> {
    return (await this.#query(sql, values)).rows[0];
  }

  async all(sql: string, ...values: Value[]): Promise<Row[]> {
    return (await this.#query(sql, values)).rows;
  }

  /** How many rows it changed. */
  async run(sql: string, ...values: Value[]): Promise<number> {
    return (await this.#query(sql, values)).rowCount ?? 0;
  }

  /** One statement that is not kept, without values. */
  async exec(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  async #query(sql: string, values: Value[]): Promise<QueryResult<Row>> {
    return await this.#client.query({ ...preparedOf(sql), values: values.map(bufferOf) });
  }
}

function preparedOf(sql: string): { text: string; name: string } {
  let known = prepared.get(sql);
  if (known === undefined) {
    let count = 0;
    const text = sql.replace(/\?/g, () => `$${++count}`);
    known = { text, name: `s${prepared.size}` };
    prepared.set(sql, known);
  }
  return known;
}

function bufferOf(value: Value): unknown {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}

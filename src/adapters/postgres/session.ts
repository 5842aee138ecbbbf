import type { ClientBase, QueryResult } from 'pg';
import { arrayBytes, type Element, type ElementType, isElementType } from './arrays.ts';

export type Value = Element | Uint8Array | readonly Element[];
/** Values by column; big integers are numbers, for none here is above 2^53. */
export type Row = Record<string, unknown>;

interface Prepared {
  text: string;
  /** That it is kept prepared under. */
  name: string;
  /** Of the values that are arrays of a type that the statement names. */
  types: (ElementType | undefined)[];
}

/** Statements with `?` for their values, as the server wants them. */
const prepared = new Map<string, Prepared>();

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
    const { types, ...statement } = preparedOf(sql);
    const sent = values.map((value, i) => sentOf(value, types[i]));
    return await this.#client.query({ ...statement, values: sent });
  }
}

function preparedOf(sql: string): Prepared {
  let known = prepared.get(sql);
  if (known === undefined) {
    const types: Prepared['types'] = [];
    const text = sql.replace(/\?((?:::(\w+)\[\])?)/g, (_, cast: string, type: string | undefined) => {
      types.push(isElementType(type) ? type : undefined);
      return `$${types.length}${cast}`;
    });
    known = { text, name: `s${prepared.size}`, types };
    prepared.set(sql, known);
  }
  return known;
}

function sentOf(value: Value, type: ElementType | undefined): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  return type !== undefined && Array.isArray(value) ? arrayBytes(type, value) : value;
}

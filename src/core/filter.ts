/** What a filter may ask of one place in an event. All that are given must hold. */
export interface Condition {
  eq?: unknown;
  ne?: unknown;
  gt?: number | string;
  gte?: number | string;
  lt?: number | string;
  lte?: number | string;
  in?: unknown[];
  exists?: boolean;
}

/** JSON pointers (RFC 6901) into the event `{id,type,timestamp,reference,data}` to conditions; all must hold. */
export type Filter = Record<string, Condition>;

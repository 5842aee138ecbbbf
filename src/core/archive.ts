/*
 * What `surehook export` writes and `surehook import` reads: lines of JSON. A head; of each table in the order below a line that names
 * it, its rows as arrays in the order of its columns, and a line with their count and checksum; an end.
 */

/** What a column's values are in a line: `bytes` as base64, `uuid` as 32 hexadecimal digits, `ints` as an array. */
export type ArchiveKind = 'int' | 'real' | 'text' | 'flag' | 'bytes' | 'uuid' | 'ints';
/** One value of a row. */
export type ArchiveValue = string | number | boolean | null | number[];

/** A table of an archive. */
export interface ArchiveTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, ArchiveKind>>;
  /** Columns that rows are ordered by; no two rows have the same values there. */
  readonly order: readonly string[];
  /** Columns that are encrypted, each with the beginning of its context; the row's id is the rest. */
  readonly sealed: Readonly<Record<string, string>>;
}

/** The first line. Positions and numbers that were given once must not be given again. */
export interface ArchiveHead {
  surehook: 'export';
  format: number;
  /** The highest position that an event ever had. */
  lastSeq: number;
  /** Of events from this position on, deliveries may have been under way without a row. */
  lowSeq: number;
  /** Parts of the past, oldest first: the position that the next part begins with, and when its last event came. The last one ends after `lastSeq`. */
  eras: { untilSeq: number; lastAtMs: number }[];
  /** The highest number that a row of a table ever had. */
  numbers: Record<string, number>;
}

/** How many rows a table has, and the SHA-256 of their lines in hexadecimal digits. */
export interface ArchiveSum {
  table: string;
  rows: number;
  sha256: string;
}

/** Raised whenever tables or columns change: an archive of another form is refused as a whole, not read in part. */
export const archiveFormat = 3;

/** How many parts of the past there are at most: each becomes tables and indexes, which one transaction makes and locks. */
export const archiveEras = 100;

/** The context that a sealed value of a row is bound to; the same as where it was sealed first. */
export function contextOf(table: ArchiveTable, column: string, row: readonly ArchiveValue[]): string {
  return `${table.sealed[column]} ${String(row[Object.keys(table.columns).indexOf('id')])}`;
}

/** Columns as words, each with the first letters of its kind after a colon unless it is a text: `no:int id`. */
function table(
  name: string,
  order: string,
  columns: string,
  sealed: ArchiveTable['sealed'] = {},
): ArchiveTable {
  const pairs = columns.split(/\s+/).map((word) => {
    const [column, kind = 'text'] = word.split(':');
    return [column!, kind as ArchiveKind] as const;
  });
  return { name, order: order.split(' '), columns: Object.fromEntries(pairs), sealed };
}

const deliveryColumns =
  'key:int account_no:int endpoint_no:int state:int tries:int attempts:int started_at:int last_at:int last_status:int last_error ended_at:int';
const buckets = Array.from({ length: 13 }, (_, i) => `h${i}:int`).join(' ');

/** All there is, in the order it is written and read. */
export const archiveTables: readonly ArchiveTable[] = [
  table('account', 'no', 'no:int id name max_endpoints:int notify version:int created_at:int updated_at:int'),
  table('api_key', 'id', 'id account_no:int name scopes hash hint created_at:int'),
  table(
    'endpoint',
    'no',
    'no:int id account_no:int status status_reason status_at:int failing_since:int failures:int rate_per_second:real ordered:flag secrets:bytes headers:bytes config created_at:int updated_at:int deleted_at:int chore:int',
    { secrets: 'secrets of', headers: 'headers of' },
  ),
  table(
    'event_type',
    'account_no name',
    'account_no:int name description schema examples deprecated:flag created_at:int updated_at:int',
  ),
  table(
    'source',
    'no',
    'no:int id account_no:int secrets:bytes config created_at:int updated_at:int deleted_at:int',
    { secrets: 'secrets of' },
  ),
  table('source_key', 'source_no key', 'source_no:int key event_id created_at:int'),
  table(
    'source_request',
    'no',
    'no:int id source_no:int at:int verdict reason detail status:int method body_bytes:int event_id kept_bytes:int head:bytes body:bytes',
    { head: 'request' },
  ),
  table(
    'event',
    'seq',
    'seq:int account_no:int created_at:int id type timestamp reference source origin trace_id targets:ints received data',
  ),
  table('event_id', 'seq', 'account_no:int id seq:int hash:uuid type deliveries:int created_at:int'),
  table(
    'open_delivery',
    'key',
    `${deliveryColumns} line:int due_at:int leased:flag replay_no:int before:int pulled_at:int order_ref order_position:int`,
  ),
  table('ended_delivery', 'key', deliveryColumns),
  table(
    'attempt',
    'key n',
    'key:int n:int account_no:int at:int duration:int http_status:int error detail url request_headers body_head body_with_data:flag body_tail response_headers response_body response_truncated:flag next_at:int timings',
  ),
  table(
    'idempotency',
    'account_no key',
    'account_no:int key request_hash event_id status:int conflict:flag created_at:int',
  ),
  table(
    'replay',
    'no',
    'no:int id account_no:int filter status total:int done:int failed:int feeding:flag at_endpoint:int at_key:int upper:int started_at:int finished_at:int per_second:int used_until:int',
  ),
  table(
    'stat',
    'endpoint_no minute',
    `account_no:int endpoint_no:int minute:int delivered:int failed:int dead:int duration_sum:int ${buckets}`,
  ),
  table(
    'tracked_order',
    'no',
    'no:int id account_no:int source_id reference order_id state registered:flag flagged:flag overdue:flag reached found_by poll_failures:int every:int next_poll_at:int give_up_at:int overdue_at:int due_at:int created_at:int updated_at:int',
  ),
  table('order_entry', 'order_no n', 'order_no:int n:int at:int kind state event_type event_id note'),
  table('list_poll', 'source_id', 'source_id since:int next_at:int failures:int'),
  table('signal', 'account_no kind subject', 'account_no:int kind subject detail count:int at:int'),
  table(
    'alert_rule',
    'account_no id',
    'account_no:int id name kinds channels publish enabled:flag created_at:int updated_at:int',
  ),
  table(
    'alert_channel',
    'account_no id',
    'account_no:int id name target:bytes created_at:int updated_at:int',
    { target: 'channel' },
  ),
  table(
    'alert',
    'no',
    'no:int id account_no:int kind subject summary detail count:int raised_at:int last_at:int resolved_at:int',
  ),
  table(
    'alert_message',
    'no',
    'no:int account_no:int alert_no:int rule_id channel_id phase due_at:int tries:int sent_at:int failed_at:int error created_at:int',
  ),
  table(
    'bin',
    'no',
    'no:int id account_no:int hidden:bytes config caught:int created_at:int updated_at:int',
    {
      hidden: 'secrets of',
    },
  ),
  table(
    'bin_request',
    'no',
    'no:int bin_no:int id at:int method status:int body_bytes:int kept_bytes:int head:bytes body:bytes',
    { head: 'request' },
  ),
  table('person', 'id', 'id name email role password_hash created_at:int updated_at:int'),
  table('session', 'id', 'id token_hash person_id key_hash user_agent created_at:int expires_at:int'),
  table('sign_in_link', 'hash', 'hash person_id created_at:int expires_at:int'),
  table(
    'portal_link',
    'id',
    'id account_no:int token_hash session_hash name color origins read_only:flag made_by created_at:int expires_at:int lasts:int opened_at:int ends_at:int revoked_at:int',
  ),
  table('audit', 'no', 'no:int at:int actor_id actor act target account_id about_id about_name'),
];

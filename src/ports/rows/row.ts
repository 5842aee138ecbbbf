/** A row as either store reads it: values by column. Truth may be 0 and 1. */
export type Row = Readonly<Record<string, unknown>>;

/** Where a command's words go. */
export interface Io {
  /** Writes one line to stdout: what was asked for. */
  out(line: string): void;
  /** Writes one line to stderr: what a person should know besides. */
  err(line: string): void;
}

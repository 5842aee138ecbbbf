/** Headers hold no line ends, so they are kept as lines. */
export function headerLines(headers: string[]): string {
  return storable(headers.join('\n'));
}

/** PostgreSQL's texts hold any character but one. What a receiver answers may hold that, too. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

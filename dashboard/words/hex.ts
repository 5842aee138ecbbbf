const lineBytes = 16;
/** Of longer texts the beginning is shown: a megabyte would be five of signs. */
const hexBytes = 64 * 1024;

/** Bytes as they are stored, sixteen a line: place, values, and what of them can be read. `isCut` where there are more. */
export function hexOf(bytes: Uint8Array): { text: string; isCut: boolean } {
  const lines: string[] = [];
  const end = Math.min(bytes.length, hexBytes);
  for (let from = 0; from < end; from += lineBytes) {
    const line = [...bytes.subarray(from, Math.min(from + lineBytes, end))];
    const values = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const signs = line
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    lines.push(`${from.toString(16).padStart(8, '0')}  ${values.padEnd(lineBytes * 3 - 1)}  ${signs}`);
  }
  return { text: lines.join('\n'), isCut: bytes.length > end };
}

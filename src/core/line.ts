/** Whether a text is one line of 1 to `maxChars` characters: none is a control character or half a surrogate pair. */
export function isLine(text: string, maxChars: number): boolean {
  if (text.length === 0 || text.length > maxChars || !text.isWellFormed()) return false;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c < 0x20 || c === 0x7f) return false;
  }
  return true;
}

/** Control and direction characters as signs, so that nothing hides or turns the text around. */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (c) => {
    const code = c.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `⟨${code.toString(16)}⟩`;
  });
}

/** JSON that is longer, or would be when it is indented, is shown as it is: nobody reads it, and it takes a while. */
const indentedChars = 400_000;
/** What lies deeper is indented no further: thousands of brackets would become gigabytes of spaces. */
const indentedDepth = 16;

/** Null for what is no JSON or too long to be worth it. Numbers stay as they were written. */
export function indented(text: string): string | null {
  if (text.length > indentedChars || !/^\s*[[{]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return indentedJson(text);
}

const breaks = Array.from({ length: indentedDepth + 1 }, (_, depth) => `\n${'  '.repeat(depth)}`);
/** A sign, an empty pair, a string, or a run of what is neither: a number, `true`, `false`, `null`. */
const token = /\s*([{[]\s*[}\]]|[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+)/y;

/** Moves white space only, outside of strings. */
function indentedJson(text: string): string | null {
  let out = '';
  let depth = 0;
  token.lastIndex = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const part = found[1]!;
    const sign = part.length === 1 ? part : '';
    if (sign === '}' || sign === ']') depth -= 1;
    if (sign === '{' || sign === '[') depth += 1;
    const line = breaks[Math.min(depth, indentedDepth)]!;
    if (sign === '{' || sign === '[' || sign === ',') out += part + line;
    else if (sign === '}' || sign === ']') out += line + part;
    else if (sign === ':') out += ': ';
    else out += part[0] === '{' || part[0] === '[' ? part[0] + part.at(-1) : part;
    if (out.length > indentedChars) return null;
  }
  return out;
}

/** The members of a JSON object as indented texts, in which numbers have the digits that they came with. */
export function memberTexts(json: string): Record<string, string> {
  const found: [name: string, text: string][] = [];
  for (const line of (indented(json) ?? '').split('\n').slice(1, -1)) {
    const [start, name] = /^ {2}("(?:[^"\\]|\\.)*"): /.exec(line) ?? [];
    if (name !== undefined) found.push([JSON.parse(name), line.slice(start!.length)]);
    else found.at(-1)![1] += `\n${line.slice(2)}`;
  }
  return Object.fromEntries(found.map(([name, text]) => [name, text.replace(/,$/, '')]));
}

/** A text in pieces that are quick to lay out one by one, cut behind the end of a line where one is near. */
export function pieces(text: string, chars: number): string[] {
  const found: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = from + chars;
    const line = text.lastIndexOf('\n', end - 1) + 1;
    const to = end >= text.length ? text.length : line > from + chars / 2 ? line : end;
    found.push(text.slice(from, to));
    from = to;
  }
  return found;
}

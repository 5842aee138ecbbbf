/** A JSON value, changed at some places. `assignments` are `path=value`, the path in steps with dots between; a problem in words when one cannot be. */
export function withOverrides(
  value: unknown,
  assignments: readonly string[],
): { value: unknown } | { problem: string } {
  const changed = structuredClone(value);
  for (const text of assignments) {
    const at = text.indexOf('=');
    const steps = text.slice(0, Math.max(0, at)).split('.');
    if (at < 1 || steps.includes('') || steps.includes('__proto__'))
      return {
        problem: `--set ${text}: give path=value, like customer.email=a@b.example or items.0.quantity=2.`,
      };
    const last = steps.pop()!;
    const holder = steps.reduce(stepInto, changed);
    if (holder === null || typeof holder !== 'object')
      return { problem: `--set ${text}: there is nothing at ${steps.join('.')} that could have a member.` };
    (holder as Record<string, unknown>)[last] = readValue(text.slice(at + 1));
  }
  return { value: changed };
}

/** What is not there yet is made. */
function stepInto(value: unknown, step: string): unknown {
  if (value === null || typeof value !== 'object') return null;
  const holder = value as Record<string, unknown>;
  if (!Object.hasOwn(holder, step)) holder[step] = {};
  return holder[step];
}

/** JSON where it is some, else the text itself. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

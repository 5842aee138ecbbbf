import type { RegExpEngine } from 'ajv/dist/types/index.js';
import { RE2JS } from 're2js';
import * as limits from '../../core/limits/event-types.ts';

interface Matcher {
  test(text: string): boolean;
  toString(): string;
}

/**
 * Patterns of one schema, matched in time that grows with the text alone: JavaScript's own expressions can take longer than
 * the universe is old for one text. Throws on what cannot be matched that way.
 */
export function linearPatterns(): RegExpEngine {
  let size = 0;
  const compile = (pattern: string): Matcher => {
    const matcher = matcherOf(pattern);
    size += matcher.programSize();
    if (size > limits.schemaPatternSteps) throw new Error('its patterns are too large; shorten them');
    // The compiler takes matchers of one name for the same.
    return { test: (text) => matcher.test(text), toString: () => pattern };
  };
  // The text that code written out in advance would hold; ours never is.
  return Object.assign(compile, { code: 'linearPatterns()' });
}

function matcherOf(pattern: string): RE2JS {
  if (pattern.length > limits.schemaPatternChars)
    throw new Error(`a pattern has more than ${limits.schemaPatternChars} characters`);
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    throw new Error(
      `the pattern ${JSON.stringify(pattern)} is not supported (${(error as Error).message}). Look-around, back-references and repeats past 1000 are not: their time has no bound.`,
    );
  }
}

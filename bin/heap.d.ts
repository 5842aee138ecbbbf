/** See heap.js. */
export function serverFlags(flags: string[], on?: { memoryBytes?: number; options?: string }): string[];

import { QueueFault } from './fault.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A body for queues that hold text only, whose every byte comes back from it. Throws a fault where there is no such text. */
export function textOf(body: Uint8Array, where: string): string {
  try {
    return strict.decode(body);
  } catch {
    throw new QueueFault(
      'protocol',
      `the body is not UTF-8 text, and ${where} holds nothing else: choose another profile than original, or another queue`,
    );
  }
}

import { places } from '../../../ports/rows/delivery.ts';

/** Condition on events `e`: some target was begun and has no row yet. No node's checkpoint is beyond such an event. */
export const lacksRows = `e.seq >= (SELECT min(low_seq) FROM node) AND cardinality(e.targets) >
  (SELECT count(*) FROM open_delivery d WHERE d.key >= e.seq * ${places} AND d.key < (e.seq + 1) * ${places}) +
  (SELECT count(*) FROM ended_delivery d WHERE d.key >= e.seq * ${places} AND d.key < (e.seq + 1) * ${places})`;

/** Headers hold no line ends, so they are kept as lines. */
export function headerLines(headers: string[]): string {
  return storable(headers.join('\n'));
}

/** PostgreSQL's texts hold any character but one. What a receiver answers may hold that, too. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

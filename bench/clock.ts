/** The most of several: whoever loses the processor between the two readings gets too little. */
const offsetMs = Math.max(
  ...Array.from({ length: 16 }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()),
);

/** Milliseconds of the machine's monotonic clock: the same in every process, so that times can be compared between them. */
export function nowMs(): number {
  return offsetMs + performance.now();
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

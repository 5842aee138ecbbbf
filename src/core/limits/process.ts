/* The bounds of the process, and of what it says about itself. */

/** How long a stopping process lets requests under way finish; then they are released. Exit follows within 10 s of the signal. */
export const drainMs = 8_000;
/** How long questions about orders and messages to people that are under way may take when the process stops. */
export const watchDrainMs = 3_000;
/** How long a process that has stopped everything else lets answers go out before it cuts their connections. */
export const answerMs = 500;
/** How long the answer of one /readyz stands for all who ask: it costs a commit, and needs no key. */
export const readyKeepMs = 1000;
/** The same of the counts in /metrics, which look at everything that is open. */
export const countsKeepMs = 5000;
/** How long `surehook doctor` waits for an answer. */
export const doctorTimeoutMs = 30_000;
/** How much of the log waits for whoever reads it; what comes on top of that is left out. */
export const logWaitingBytes = 16 * 1024 * 1024;
/** How long nothing of the log was taken when a process that ends no longer waits for it. */
export const logStuckMs = 1000;
/**
 * How long the process has little to do before it gives memory back. V8 does so after eight seconds; with the memory go the shapes
 * of objects that compiled code was made for, and what comes next pays for compiling it anew.
 */
export const memoryKeepMs = 600_000;
/**
 * How much of what is alive may come on top of it as garbage before V8 looks through all of its memory, on SQLite. Left alone it lets
 * up to three times of what is alive pile up. On PostgreSQL, where buffers of the connections count as well, this cost 8 % of a node's CPU and gave nothing.
 */
export const heapGrowthPercent = 50;
/**
 * How many requests, answers to callers, or items of acts are enough for a thread to hand over at once what it has for another, and
 * how many items one act of the store has at most. Under full load a turn of the main thread has some 180 events: handed over at its
 * end alone, they made the others wait for it and then for each other. A message costs what ten events do, so not much less.
 */
export const handedOverItems = 64;

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createSender } from './sender.ts';
import { serveSender } from './serve.ts';
import type { ThreadOptions } from './threads.ts';

/*
 * A thread that sends: connections, TLS and what receivers answer are dealt with here, so that none of it is on the loop that
 * takes events in.
 */

serveSender(createSender(workerData as ThreadOptions), parentPort as MessagePort);

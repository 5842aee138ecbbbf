import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createGuard } from './adapters/http/connect.ts';
import { createResolver } from './adapters/http/resolver.ts';
import { serveSender } from './adapters/http/serve.ts';
import type { ThreadOptions } from './adapters/http/threads.ts';
import { createQueueSender } from './adapters/queues/sender.ts';

/* A thread that puts events into queues: a client library that fails ends this thread, not the server, and costs HTTP nothing. */

const { policy, ca = [] } = workerData as ThreadOptions;
const resolver = createResolver({ clock: { monotonicMs: () => performance.now() } });
serveSender(
  createQueueSender({ policy, guard: createGuard({ policy, resolver }), ca }),
  parentPort as MessagePort,
);

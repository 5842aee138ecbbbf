import { createThreadedSender, type ThreadOptions } from './adapters/http/threads.ts';
import { createSqsSender } from './adapters/queues/sqs.ts';
import type { Sender } from './ports/sender.ts';

/** Sends by whatever the URL names: HTTP in one thread, queues in another, which is there from the first message on. */
export function createSenders(options: ThreadOptions): Sender {
  const http = createThreadedSender(options);
  const sqs = createSqsSender({ policy: options.policy, http, nowMs: () => Date.now() });
  let queues: Sender | null = null;
  return {
    send(request, sendLimits) {
      if (request.queue === undefined) return http.send(request, sendLimits);
      if (/^sqs/i.test(request.url)) return sqs.send(request, sendLimits);
      queues ??= createThreadedSender(options, new URL('./queue-thread.ts', import.meta.url));
      return queues.send(request, sendLimits);
    },
    async close() {
      await Promise.all([http.close(), queues?.close()]);
    },
  };
}

import type { AddressInfo } from 'node:net';
import { openFront } from '../../src/adapters/front/front.ts';
import * as limits from '../../src/core/limits/front.ts';
import type { ApiWorld } from './api.ts';

/** Where callers connect to a world. */
export interface Entrance {
  port: number;
  /** Ends every connection. */
  close(): Promise<void>;
}

const host = '127.0.0.1';

/** The ways in which callers connect: whatever is promised on the wire holds for each. */
export const entrances: { name: string; open(world: ApiWorld): Promise<Entrance> }[] = [
  {
    name: 'straight to the server',
    async open({ app }) {
      await app.listen({ host, port: 0 });
      return {
        port: (app.server.address() as AddressInfo).port,
        close: async () => app.server.closeAllConnections(),
      };
    },
  },
  {
    name: 'through the front',
    async open({ app, answerPlain }) {
      const front = await openFront({
        host,
        port: 0,
        maxBodyBytes: limits.plainBodyBytes,
        plainBodyMs: limits.plainBodyMs,
        keepAliveMs: limits.keepAliveMs,
        server: app.server,
        answer: answerPlain,
        failed(error) {
          throw error;
        },
      });
      return {
        port: front.port,
        async close() {
          const closed = front.close();
          front.cut();
          await closed;
        },
      };
    },
  },
];

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createQueueSender } from '../../../src/adapters/queues/sender.ts';
import type { Outcome } from '../../../src/core/attempt.ts';
import { queued } from '../../../src/ports/destination.case.ts';
import { eventually, temporaryFolder } from '../process.ts';
import { testAuthority } from '../receiver.ts';

const policy = { dev: false, allowNetworks: [] };
const patient = { timeoutMs: 20_000, connectTimeoutMs: 10_000 };

/** The file of one of the tests' certificates, or of its key. */
export function certificate(name: string): string {
  return fileURLToPath(new URL(`../certificates/${name}.pem`, import.meta.url));
}

/** A broker that speaks TLS with the certificate `receiver`, and has no queue. */
export interface SecureKind {
  name: string;
  skip: string | false;
  url(host: string): string;
  /** What it says of a queue that it does not have; null: it makes one. */
  missing: RegExp | null;
  start(folder: string): Promise<{ port: number; close(): Promise<void> }>;
}

/** What TLS with a broker promises: every name leads to it, and only the one in its certificate is spoken to. */
export function secureContract({ name, skip, url, missing, start }: SecureKind): void {
  describe(`TLS to ${name}`, { skip }, () => {
    test('the certificate is checked against the name of the host, by the authorities that are trusted', async () => {
      const folder = temporaryFolder();
      const broker = await start(folder.path);
      const put = async (host: string, ca: string[]): Promise<Outcome> => {
        const guard = { addressesOf: async () => ['127.0.0.1'] };
        const sender = createQueueSender({ policy, ca, guard });
        const outcome = await sender.send(queued(url(`${host}:${broker.port}`), 'evt_1'), patient);
        await sender.close();
        return outcome;
      };
      try {
        // It listens before it is ready.
        await eventually(60_000, async () => {
          const { error, detail } = await put('receiver.test', [testAuthority()]);
          assert.notEqual(error, 'tls', detail);
          return missing === null ? error === null : missing.test(detail);
        });
        const other = await put('other.example', [testAuthority()]);
        assert.deepEqual([other.error, /another host name/.test(other.detail)], ['tls', true], other.detail);
        const strange = await put('receiver.test', []);
        assert.deepEqual(
          [strange.error, /not trusted here/.test(strange.detail)],
          ['tls', true],
          strange.detail,
        );
      } finally {
        await broker.close();
        folder.remove();
      }
    });
  });
}

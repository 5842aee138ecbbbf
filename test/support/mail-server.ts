import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it arrived. */
export interface ReceivedMail {
  from: string;
  to: string[];
  subject: string;
  text: string;
}

export interface MailServer {
  /** `smtp://127.0.0.1:PORT` with the name and password that it asks for. */
  url: string;
  readonly mails: readonly ReceivedMail[];
  /** Refuses mail with this text; null: takes it. */
  refuse: string | null;
  /** Resolves when so many mails have come since the start. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A real SMTP server on a free port of 127.0.0.1. */
export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  let waiting: { count: number; resolve: () => void }[] = [];
  const wake = (): void => {
    for (const one of waiting.filter(({ count }) => mails.length >= count)) one.resolve();
    waiting = waiting.filter(({ count }) => mails.length < count);
  };
  const smtp = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'surehook' && password === 'p@ss'
        ? done(null, { user: username })
        : done(new Error('not you')),
    onMailFrom: (_address, _session, done) => done(server.refuse === null ? null : new Error(server.refuse)),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const [head = '', ...rest] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          subject:
            /^Subject: ((?:.*)(?:\r\n[ \t].*)*)/im.exec(head)?.[1]?.replaceAll(/\r\n[ \t]/g, ' ') ?? '',
          text: rest.join('\r\n\r\n'),
        });
        done();
        wake();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const { port } = smtp.server.address() as AddressInfo;
  const server: MailServer = {
    url: `smtp://surehook:p%40ss@127.0.0.1:${port}`,
    mails,
    refuse: null,
    received: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        wake();
      }),
    close: () => new Promise((resolve) => smtp.close(() => resolve())),
  };
  return server;
}

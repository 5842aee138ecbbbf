import { createTransport } from 'nodemailer';
import * as limits from '../../core/limits/alerts.ts';
import type { Mailer } from '../../ports/mailer.ts';

export interface MailerOptions {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  url: string;
  from: string;
}

/** Sends by SMTP: with STARTTLS where the server has it, one connection a mail. */
export function createMailer({ url, from }: MailerOptions): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: limits.messageTimeoutMs,
    greetingTimeout: limits.messageTimeoutMs,
    socketTimeout: limits.messageTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text }) {
      await transport.sendMail({ from, to, subject, text });
    },
    close: () => transport.close(),
  };
}

import { createMailer } from './adapters/smtp/mailer.ts';
import type { Config } from './config.ts';
import * as limits from './core/limits/process.ts';
import { Alerter } from './flow/alert.ts';
import type { Engine } from './flow/engine.ts';
import { inTime } from './flow/in-time.ts';
import { FiguresOfSources } from './flow/source-figures.ts';
import { Tracker } from './flow/track.ts';
import type { Clock } from './ports/clock.ts';
import type { Mailer } from './ports/mailer.ts';
import type { Random } from './ports/random.ts';
import type { Sender } from './ports/sender.ts';
import type { Store } from './ports/store.ts';
import type { Telemetry } from './ports/telemetry.ts';

/** What looks after things beside the way of an event: orders that nobody tells of, and people who must be told. */
export interface Watch {
  tracker: Tracker;
  alerter: Alerter;
  /** Begins nothing more and lets what is under way end, for up to `limits.watchDrainMs`. */
  stop(): Promise<void>;
}

export interface WatchInput {
  config: Pick<Config, 'smtpUrl' | 'mailFrom' | 'mailTo'>;
  engine: Engine;
  /** Nothing that is asked of it here leaves work held: what is unknown is looked at again. */
  store: Store;
  sender: Sender;
  clock: Clock;
  random: Random;
  telemetry: Telemetry;
  sha256(text: string): string;
  version: string;
  /** The address of the installation, for people. */
  where: string;
}

export function startWatch(input: WatchInput): Watch {
  const { engine, clock, store } = input;
  const { sources } = engine.directory;
  const mailer = mailerOf(input.config);
  const parts = {
    ...input,
    ...sources,
    store: engine.store,
    takeIn: engine.accepter.takeIn.bind(engine.accepter),
  };
  const figures = new FiguresOfSources({ store, sources: () => sources.all() });
  const alerter = new Alerter({
    ...parts,
    directory: engine.directory,
    mailer,
    mailTo: input.config.mailTo,
    sourceFigures: (nowMs) => figures.at(nowMs),
  });
  const tracker = new Tracker({
    ...parts,
    sources: () => sources.all(),
    source: (id) => sources.named(id),
    signalled: () => alerter.nudge(),
  });
  alerter.start();
  tracker.start();
  return {
    tracker,
    alerter,
    async stop() {
      await inTime(clock, limits.watchDrainMs, Promise.all([tracker.stop(), alerter.stop()]));
      mailer?.close();
    },
  };
}

/** The configuration has seen to it that whoever names a mail server names a sender, too. */
function mailerOf({ smtpUrl, mailFrom }: WatchInput['config']): Mailer | null {
  return smtpUrl === null || mailFrom === null ? null : createMailer({ url: smtpUrl, from: mailFrom });
}

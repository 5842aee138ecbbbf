import { Command, Option } from 'commander';
import { demoFaults } from './demo/plan.ts';
import type { DoctorOptions } from './doctor.ts';
import type { ListenOptions } from './listen.ts';
import { faults } from './listen-forward.ts';
import type { SignOptions } from './sign.ts';
import type { TriggerOptions } from './trigger.ts';
import type { VerifyOptions } from './verify.ts';

/** A setting as a flag of `surehook start`. */
export interface FlagRow {
  variable: string;
  /** As commander writes it: `--port <number>`. */
  flag: string;
  /** Null: none. */
  standard: string | null;
  help: string;
}

/** Flags by camelCase name, as given; what is not given is absent. */
export type Flags = Record<string, unknown>;

/** What the commands do. Each answers the exit code; a failure is thrown. */
export interface Acts {
  start(flags: Flags): Promise<number>;
  migrate(flags: Flags, options: { status: boolean }): Promise<number>;
  createKey(
    flags: Flags,
    options: { account?: string; scopes?: string; name?: string; admin?: boolean; url?: string },
  ): Promise<number>;
  listKeys(flags: Flags, options: { url?: string }): Promise<number>;
  revokeKey(flags: Flags, id: string, options: { url?: string }): Promise<number>;
  signIn(flags: Flags, options: { url?: string }): Promise<number>;
  backup(flags: Flags, file: string): Promise<number>;
  export(flags: Flags, file: string): Promise<number>;
  import(flags: Flags, file: string, options: { fromKey?: string }): Promise<number>;
  sign(options: SignOptions): Promise<number>;
  verify(options: VerifyOptions): Promise<number>;
  /** Without a server's URL: where the settings say that it listens. */
  doctor(
    flags: Flags,
    url: string,
    options: DoctorOptions & { server?: string; key?: string },
  ): Promise<number>;
  /** Without a URL: where the settings say that the server listens. */
  trigger(
    flags: Flags,
    type: string | undefined,
    options: Omit<TriggerOptions, 'url'> & { url?: string },
  ): Promise<number>;
  demo(options: { orders: string; faults: string; json: boolean }): Promise<number>;
  /** Without any of url, key and account: of the catalogue as it is shipped. */
  types(flags: Flags, options: ServerOptions): Promise<number>;
  /** Without a URL or a key: as `trigger`; without a name: this machine's. */
  listen(
    flags: Flags,
    options: Omit<ListenOptions, 'name'> & { name?: string } & ServerOptions,
  ): Promise<number>;
}

interface ServerOptions {
  url?: string;
  key?: string;
  account?: string;
}

/** Where the program's words go, and what its exit code becomes. */
export interface ProgramInput {
  version: string;
  settings: readonly FlagRow[];
  acts: Acts;
  exit(code: number): void;
}

/** The command line. Acts are given, so that this file knows words and flags and nothing of what they do. */
export function buildProgram({ version, settings, acts, exit }: ProgramInput): Command {
  const program = new Command('surehook');
  const database = settings.filter(({ variable }) => variable === 'SUREHOOK_DATABASE');
  const finish = async (act: Promise<number>): Promise<void> => exit(await act);
  program
    .description('Webhooks that arrive: signed, retried, durable.')
    .version(version)
    .showHelpAfterError('Try: surehook --help');

  const start = program
    .command('start')
    .description('Start the server, configured by environment and flags.');
  addFlags(start, settings).option(
    '--demo-shop',
    'in development mode, set up a shop to look at in a database that is new',
  );
  start.action((flags) => finish(acts.start(flags)));

  const migrate = program.command('migrate').description('Bring the database to the schema of this version.');
  addFlags(migrate, database).option('--status', 'only show where it stands');
  migrate.action(({ status = false, ...flags }) => finish(acts.migrate(flags, { status })));

  addKeys(program, database, acts, finish);

  const signIn = addFlags(
    program.command('signin').description('Print a link that signs in to the dashboard, once.'),
    database,
  ).addOption(serverOption());
  signIn.action(({ database: file, ...options }) => finish(acts.signIn(databaseFlag(file), options)));

  const backup = program.command('backup').argument('<file>', 'where the copy goes; must not exist');
  addFlags(backup.description('Copy the database, while the server works.'), database);
  backup.action((file, flags) => finish(acts.backup(flags, file)));

  addCarrying(program, database, acts, finish);
  addSigning(program, acts, finish);
  addDoctor(program, settings, acts, finish);

  addTrigger(program, database, acts, finish);
  addListen(program, database, acts, finish);
  program
    .command('demo')
    .description(
      'A supplier, Surehook and a store on this machine, with faults; ends with a count of the orders.',
    )
    .option('--orders <number>', 'how many are placed', '100')
    .option('--faults <names>', `all, none, or some of ${demoFaults.join(',')}`, 'none')
    .option('--json', 'unattended: print nothing but the count, as JSON', false)
    .action((options) => finish(acts.demo(options)));
  return program;
}

type Finish = (act: Promise<number>) => Promise<void>;

function addFlags(command: Command, settings: readonly FlagRow[]): Command {
  for (const { variable, flag, standard, help } of settings) {
    const note = standard === null ? variable : `${variable}, default: ${standard}`;
    command.addOption(new Option(flag, `${help.replaceAll('`', '')} (${note})`));
  }
  return command;
}

function addKeys(program: Command, database: readonly FlagRow[], acts: Acts, finish: Finish): void {
  const keys = program
    .command('keys')
    .description('API keys: through the server that runs on the database, else straight in it.');
  const create = addFlags(keys.command('create').description('Make a key and show it once.'), database)
    .option('--account <id>', 'the account it acts for', 'default')
    .option('--scopes <list>', 'of publish, read, manage, receive, separated by commas (default: all)')
    .option('--name <text>', 'what to recognise it by')
    .option('--admin', 'a key that may do everything, for every account')
    .addOption(serverOption());
  create.action(({ database: file, ...options }) => finish(acts.createKey(databaseFlag(file), options)));
  const list = addFlags(keys.command('list').description('Show all keys, without what they open.'), database);
  list
    .addOption(serverOption())
    .action(({ database: file, ...options }) => finish(acts.listKeys(databaseFlag(file), options)));
  const revoke = keys.command('revoke').argument('<id>', 'as `surehook keys list` shows it');
  addFlags(revoke.description('Make a key useless at once.'), database).addOption(serverOption());
  revoke.action((id, { database: file, ...options }) =>
    finish(acts.revokeKey(databaseFlag(file), id, options)),
  );
}

function addCarrying(program: Command, database: readonly FlagRow[], acts: Acts, finish: Finish): void {
  const exporting = program.command('export').argument('<file>', 'where it goes; - for standard output');
  addFlags(
    exporting.description('Write everything a SQLite database holds, to be imported into PostgreSQL.'),
    database,
  ).action((file, flags) => finish(acts.export(flags, file)));
  const importing = program.command('import').argument('<file>', 'an export; - for standard input');
  addFlags(importing.description('Bring an export into an empty PostgreSQL database.'), database)
    .option(
      '--from-key <file>',
      'the encryption key file of where the export was made (default: the key is the same here)',
    )
    .action((file, { fromKey, ...flags }) => finish(acts.import(flags, file, { fromKey })));
}

function addDoctor(program: Command, settings: readonly FlagRow[], acts: Acts, finish: Finish): void {
  const used = ['SUREHOOK_DATABASE', 'SUREHOOK_DEV', 'SUREHOOK_ALLOW_NETWORKS'];
  const doctor = program
    .command('doctor')
    .argument('[url]', 'of an endpoint')
    .description(
      'Look at an endpoint as Surehook would meet it: name, address, certificate, answer, signature.',
    );
  addFlags(
    doctor,
    settings.filter(({ variable }) => used.includes(variable)),
  )
    .option('--secret <text>', "the endpoint's secret: send a signed test event, then a forged one")
    .option('--profile <name>', 'how it is sent and signed (default: standard)')
    .option('--endpoint <id>', 'let the running server send the test event to this endpoint of its own')
    .option('--event <type>', 'a type of the catalogue, whose example is sent (default: order.created)')
    .option('--server <base>', 'the server (default: where SUREHOOK_HOST and SUREHOOK_PORT say)')
    .option('--key <key>', 'an API key (default: SUREHOOK_ADMIN_KEY, else the key beside the database)');
  doctor.action((given, { secret, profile, endpoint, event, server, key, dev, ...flags }) => {
    // `--dev URL`: a switch may have its value, and this is not one.
    const isTaken = given === undefined && typeof dev === 'string' && URL.canParse(dev);
    const url = isTaken ? dev : given;
    if (url === undefined) return doctor.error("error: missing required argument 'url'");
    const asked = dev === undefined ? flags : { ...flags, dev: isTaken ? true : dev };
    return finish(acts.doctor(asked, url, { secret, profile, endpoint, event, server, key }));
  });
}

function addTrigger(program: Command, database: readonly FlagRow[], acts: Acts, finish: Finish): void {
  const key = (): Option =>
    new Option('--key <key>', 'an API key (default: SUREHOOK_ADMIN_KEY, else the key beside the database)');
  const trigger = program
    .command('trigger')
    .argument(
      '[type]',
      'a type of the catalogue, such as order.created, or of a provider, such as github:push',
    );
  addFlags(
    trigger.description('Publish an example event to a running server, or send what a provider would.'),
    database,
  )
    .option('--data <json>', "publish this instead of the catalogue's example")
    .addOption(
      repeatable('--set <assignment>', 'path=value: change a member of the example, like items.0.quantity=2'),
    )
    .addOption(serverOption())
    .addOption(key())
    .option('--reference <text>', 'what the event is about, such as an order number')
    .option('--account <id>', 'publish for this account')
    .option('--to <url>', 'where what a provider would send goes')
    .option('--secret <text>', 'what the provider would sign with')
    .option('--list', 'only show what there is');
  trigger.action((type, { database: file, ...options }) =>
    finish(acts.trigger(databaseFlag(file), type, options)),
  );
  const types = program
    .command('types')
    .description('Print TypeScript types of the catalogue; of what a server knows with --url or --key.');
  addFlags(types, database)
    .addOption(serverOption())
    .addOption(key())
    .option('--account <id>', 'whose types');
  types.action(({ database: file, ...options }) => finish(acts.types(databaseFlag(file), options)));
}

function addListen(program: Command, database: readonly FlagRow[], acts: Acts, finish: Finish): void {
  const listen = program
    .command('listen')
    .description('Forward events of a running server to this machine, without a tunnel.');
  addFlags(listen, database)
    .addOption(serverOption())
    .option('--key <key>', 'an API key (default: SUREHOOK_ADMIN_KEY, else the key beside the database)')
    .option('--account <id>', 'whose events')
    .addOption(
      repeatable(
        '--forward <route>',
        '[PATTERN=]URL: where events of these types go, such as order.*=http://localhost:3000/hooks; without a pattern: all that no pattern takes',
      ),
    )
    .addOption(
      repeatable(
        '--source <id>',
        'only what came through this source, * for any (default: everything there is)',
      ),
    )
    .option('--name <text>', "under which it goes on from where it ended (default: this machine's)")
    .option(
      '--profile <name>',
      'sign anew by this wire format (default: standard; what came through a source goes on unchanged)',
    )
    .option('--secret <text>', 'sign with this secret')
    .addOption(
      repeatable(
        '--fault <name>',
        `do this to each event, to see what the receiver makes of it: ${faults.join(', ')}`,
      ),
    )
    .option(
      '--exit-after <what>',
      'so many events, or a duration; exit code 1 when a receiver did not do as it should',
    )
    .option('--remove', 'take what is kept under the name away, and end');
  listen.action(({ database: file, ...options }) => finish(acts.listen(databaseFlag(file), options)));
}

function serverOption(): Option {
  return new Option('--url <base>', 'the server (default: where SUREHOOK_HOST and SUREHOOK_PORT say)');
}

function databaseFlag(file: unknown): Flags {
  return file === undefined ? {} : { database: file };
}

function addSigning(program: Command, acts: Acts, finish: Finish): void {
  const secret = (): Option =>
    repeatable('--secret <text>', 'a secret; give it again for each one that is valid, newest first');
  program
    .command('sign')
    .description('Print the headers that sign the body on standard input, as JSON.')
    .option('--scheme <name>', 'how to sign: a name, or a scheme of your own as JSON')
    .addOption(secret())
    .option('--id <text>', "the event's id")
    .addOption(repeatable('--header <line>', "a header that the request has anyway, as 'Name: value'"))
    .option('--method <verb>', 'of the request')
    .option('--url <url>', 'of the request')
    .option('--now <seconds>', 'sign for this moment, in seconds since 1970')
    .option('--sign-with <which>', 'new or old: the secret where there is room for one signature', 'new')
    .action((options) => finish(acts.sign(options)));
  program
    .command('verify')
    .description('Say whether the body on standard input is signed as its headers claim. Exit code 0: it is.')
    .option('--scheme <name>', 'how it should be signed: a name, or a scheme of your own as JSON')
    .addOption(secret())
    .addOption(repeatable('--header <line>', "one of the request's headers, as 'Name: value'"))
    .addOption(repeatable('--field <pair>', 'what the scheme needs besides the secret, as name=value'))
    .option('--certificate <file>', 'the certificate that the request names, as PEM')
    .option('--method <verb>', 'of the request')
    .option('--url <url>', 'of the request')
    .option('--now <seconds>', 'judge by this moment, in seconds since 1970')
    .option('--vectors <file>', 'judge test vectors instead')
    .action((options) => finish(acts.verify(options)));
}

/** An option whose every use adds a value; unlike commander's own lists, it takes one value a time. */
function repeatable(flag: string, help: string): Option {
  return new Option(flag, help).argParser((value: string, before: string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}

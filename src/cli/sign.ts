import { SurehookError } from '../core/errors.ts';
import { signAs } from '../core/signing.ts';
import { readHeaders, type SigningIo, unixSeconds } from './verify.ts';

export interface SignOptions {
  scheme?: string | undefined;
  /** Newest first. */
  secret?: readonly string[] | undefined;
  /** The event's id. */
  id?: string | undefined;
  /** Seconds since 1970 to sign for instead of now. */
  now?: string | undefined;
  method?: string | undefined;
  url?: string | undefined;
  /** Each `Name: value` that the request has anyway: some schemes look at its content type. */
  header?: readonly string[] | undefined;
  /** `new` or `old`: the secret to use where there is room for one signature. */
  signWith?: string | undefined;
}

/**
 * `surehook sign`: prints the headers that sign the body, as one JSON object. Exit code 0, or 2 when the command line is not
 * right.
 */
export function runSign(options: SignOptions, body: Uint8Array, io: SigningIo): number {
  const { scheme, secret: secrets = [], id, method, url, signWith = 'new' } = options;
  if (scheme === undefined || secrets.length === 0) {
    io.err('Give --scheme and --secret, and the body on stdin.');
    return 2;
  }
  if (signWith !== 'new' && signWith !== 'old') {
    io.err('--sign-with takes new or old.');
    return 2;
  }
  const timestampS = options.now === undefined ? Math.floor(io.nowS()) : unixSeconds(options.now);
  if (timestampS === null) {
    io.err(`--now ${JSON.stringify(options.now)}: give seconds since 1970, such as 1767225600.`);
    return 2;
  }
  const headers = readHeaders(options.header ?? []);
  if ('problem' in headers) {
    io.err(headers.problem);
    return 2;
  }
  const given = {
    ...headers,
    ...(id === undefined ? {} : { id }),
    ...(method === undefined ? {} : { method }),
    ...(url === undefined ? {} : { url }),
  };
  try {
    io.out(JSON.stringify(signAs(scheme, { secrets, signWith, timestampS, body, ...given }, io.crypto)));
    return 0;
  } catch (error) {
    if (!(error instanceof SurehookError)) throw error;
    io.err(error.detail);
    return 2;
  }
}

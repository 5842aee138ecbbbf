/** What went wrong at an attempt, in words, and what usually helps. */
export interface ErrorWords {
  title: string;
  help: string;
}

const words: Readonly<Record<string, ErrorWords>> = {
  timeout: {
    title: 'The receiver took too long',
    help: 'Let it answer first and do the work afterwards, or give the endpoint a longer timeout.',
  },
  connection_refused: {
    title: 'Nobody answers at that address',
    help: 'Look whether the receiver runs, listens on that port and lets us through its firewall.',
  },
  connection_reset: {
    title: 'The connection broke in the middle',
    help: 'Often a proxy in front of the receiver that restarts or has a shorter timeout.',
  },
  dns: {
    title: 'The host name cannot be found',
    help: 'Check the spelling of the URL and the DNS record of the host.',
  },
  tls: {
    title: 'The secure connection failed',
    help: 'Usually a certificate that expired, is self-signed or is for another name. Renew it at the receiver.',
  },
  blocked_address: {
    title: 'The address is not public',
    help: 'Deliveries go to public addresses only. An operator can allow a network with SUREHOOK_ALLOW_NETWORKS.',
  },
  redirect: {
    title: 'The receiver sent us somewhere else',
    help: 'Redirects are not followed. Set the endpoint to the address that it leads to.',
  },
  response_too_large: {
    title: 'The headers of the answer were too large',
    help: 'Send fewer cookies and headers with the answer.',
  },
  protocol: {
    title: 'The answer was no valid HTTP',
    help: 'Look whether something else than a web server listens on that port.',
  },
  rejected: {
    title: 'The queue did not take it',
    help: 'What the broker said stands beside it. Compare the name of the stream, topic, exchange or table, and the user and password.',
  },
  lost: {
    title: 'The server stopped during this attempt',
    help: 'It counts as an attempt, because nobody knows whether it arrived.',
  },
};

const statuses: Readonly<Record<number, ErrorWords>> = {
  400: {
    title: 'The receiver did not understand it (400)',
    help: 'Compare its handler with the body that was sent.',
  },
  401: {
    title: 'The receiver refused us (401)',
    help: 'Usually the secret differs: compare it, or rotate it.',
  },
  403: {
    title: 'The receiver refused us (403)',
    help: 'Usually a firewall, a bot filter, or a secret that differs.',
  },
  404: {
    title: 'There is nothing at that address (404)',
    help: 'Check the path of the URL; the receiver may have moved.',
  },
  410: {
    title: 'The receiver wants no more (410)',
    help: 'The endpoint is disabled. Resume it once the receiver is back.',
  },
  413: { title: 'The receiver found it too large (413)', help: 'Raise the largest body that it takes.' },
  429: {
    title: 'The receiver is too busy (429)',
    help: 'We wait as long as it asks. A rate limit at the endpoint avoids it.',
  },
};

/** Why an attempt failed, with what was found out beside the words where that says more than they do. */
export function whyWords(error: string | null, httpStatus: number | null, detail: string): string | null {
  const title = errorWords(error, httpStatus)?.title;
  if (title === undefined) return null;
  const saysMore = detail !== '' && detail !== `the receiver answered ${httpStatus}`;
  return saysMore ? `${title}: ${detail}` : title;
}

/** The words for an attempt's error; null when nothing went wrong. */
export function errorWords(error: string | null, httpStatus: number | null): ErrorWords | null {
  if (error === null) return null;
  if (error !== 'http_status' || httpStatus === null) {
    return words[error] ?? { title: error.replaceAll('_', ' '), help: 'Look at the attempt for the cause.' };
  }
  const known = statuses[httpStatus];
  if (known !== undefined) return known;
  if (httpStatus >= 500)
    return {
      title: `The receiver failed (${httpStatus})`,
      help: 'Look into its log at that time.',
    };
  return {
    title: `The receiver answered ${httpStatus}`,
    help: 'Only answers from 200 to 299 count as delivered.',
  };
}

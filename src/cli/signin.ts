import type { Io } from './io.ts';

export interface SignInLink {
  url: string;
  /** Whether a server runs that takes it now. */
  isRunning: boolean;
}

/** `surehook signin`: the link on stdout, for a person to open; what it is good for on stderr. */
export async function runSignIn(link: Promise<SignInLink>, { out, err }: Io): Promise<number> {
  const { url, isRunning } = await link;
  out(url);
  err('It signs the first owner in, once, within 30 minutes.');
  if (!isRunning) err('No server runs on this database now: start one, then open the link.');
  return 0;
}

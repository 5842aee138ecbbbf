import { QueueFault } from './fault.ts';

/** The client library of a broker, loaded when it is first needed; a fault where it is missing. `packages`: all that `npm install` has to be told then. */
export async function load<M>(packages: string, what: string, importing: () => Promise<M>): Promise<M> {
  try {
    return await importing();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new QueueFault(
      'rejected',
      `${what} needs a client that is not installed here: run npm install ${packages} where Surehook is installed, and restart it`,
    );
  }
}

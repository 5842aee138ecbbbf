import { QueueFault } from './fault.ts';

/** The client library of a broker, loaded when it is first needed; a fault that says what to install where it is missing. */
export async function load<M>(name: string, what: string, importing: () => Promise<M>): Promise<M> {
  try {
    return await importing();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new QueueFault(
      'rejected',
      `${what} needs the package ${name}, which is not installed here: run npm install ${name} where Surehook is installed, and restart it`,
    );
  }
}

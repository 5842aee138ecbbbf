import type { Account } from '../../core/account.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import { notFound } from '../../core/errors.ts';
import type { Services } from '../services.ts';

/** Throws `not_found` also for another account's endpoint. */
export function findEndpoint(services: Services, account: Account, id: string): Endpoint {
  const endpoint = services.directory.endpointById(account.no, id);
  if (endpoint === null) throw notFound('endpoint', id);
  return endpoint;
}

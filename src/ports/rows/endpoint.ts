import type { EndpointStatus } from '../../core/endpoint.ts';
import type { NewSealedEndpoint, SealedEndpoint } from '../sealed.ts';
import type { Row } from './row.ts';

const columnsOfTheirOwn = [
  'no',
  'id',
  'accountNo',
  'status',
  'statusReason',
  'statusAtMs',
  'failingSinceMs',
  'failures',
  'secrets',
  'headers',
  'createdAtMs',
  'updatedAtMs',
] as const;
type Config = Omit<SealedEndpoint, (typeof columnsOfTheirOwn)[number]>;

/** What no query asks for, as it is written. */
export function endpointConfigOf(endpoint: NewSealedEndpoint | SealedEndpoint): string {
  const config: Config & Partial<SealedEndpoint> = { ...endpoint };
  for (const name of columnsOfTheirOwn) delete config[name];
  return JSON.stringify(config);
}

/** An endpoint as its row tells it. */
export function endpointOf(row: Row): SealedEndpoint {
  return {
    ...(JSON.parse(row.config as string) as Config),
    no: row.no as number,
    id: row.id as string,
    accountNo: row.account_no as number,
    status: row.status as EndpointStatus,
    statusReason: row.status_reason as string | null,
    statusAtMs: row.status_at as number,
    failingSinceMs: row.failing_since as number | null,
    failures: row.failures as number,
    secrets: row.secrets as Uint8Array,
    headers: row.headers as Uint8Array,
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
  };
}

import type { PlainAnswer, PlainRequest } from '../core/plain-request.ts';
import type { Accepted } from '../flow/publish.ts';
import { jsonType, securityHeaders } from './answer-headers.ts';
import type { Authenticator, Principal } from './auth.ts';
import type { ClientAddress } from './client-address.ts';
import type { Failures } from './failures.ts';
import type { ApiParts } from './parts.ts';
import { checkBodyType } from './request-body.ts';
import type { Route } from './route.ts';
import { acceptedAnswer, optionsOf } from './routes/publish.ts';

interface PlainParts {
  parts: Pick<ApiParts, 'publish'>;
  auth: Authenticator;
  clientOf: ClientAddress;
  failures: Failures;
  nextRequestId(): string;
  table: readonly Route[];
}

const method = 'POST';
const path = '/v1/events';
const successLines = linesOf({ ...securityHeaders, 'content-type': jsonType });

/** Publishing without the framework around it: for requests that leave nothing for that to decide. */
export function plainPublisher({ parts, auth, clientOf, failures, nextRequestId, table }: PlainParts) {
  const route = table.find((one) => one.path === path && one.method === method)!;

  function publish(principal: Principal, { headers, text }: PlainRequest): Promise<Accepted> {
    checkBodyType(headers);
    return parts.publish(auth.account(principal, headers), text, optionsOf({ principal, headers }));
  }

  return async (request: PlainRequest): Promise<PlainAnswer> => {
    const { headers, remoteAddress } = request;
    const requestId = nextRequestId();
    try {
      const principal = auth.of({ method, headers }, route);
      const accepted = await publish(principal instanceof Promise ? await principal : principal, request);
      const answer = acceptedAnswer(accepted);
      const more = answer.headers === undefined ? '' : linesOf(answer.headers);
      return {
        status: answer.status ?? route.success.status,
        head: `${successLines}${more}request-id: ${requestId}\r\n`,
        body: JSON.stringify(answer.body),
      };
    } catch (error) {
      const client = clientOf(remoteAddress, headers['x-forwarded-for']);
      const {
        status,
        headers: given,
        body,
      } = failures.answer(error, { requestId, method, route: path, client });
      return { status, head: linesOf(given), body };
    }
  };
}

function linesOf(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

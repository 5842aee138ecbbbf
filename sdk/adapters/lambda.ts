import { fromBase64 } from '../encoding.ts';
import type { Receiver } from '../receiver.ts';
import { parsed, readRaw } from '../request.ts';

/** An event of API Gateway (REST or HTTP), of a function URL or of a load balancer. */
export interface LambdaEvent {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, string[] | undefined>> | null;
  readonly body?: unknown;
  readonly isBase64Encoded?: boolean;
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly path?: string;
  readonly httpMethod?: string;
  readonly requestContext?: { readonly http?: { readonly method?: string } };
}

/** What Lambda answers with. */
export interface LambdaAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * A handler for Lambda. Nothing runs there after the answer: the receiver needs `enqueue` (SQS, for example) or `answer: 'last'`, and an
 * Error says so at once.
 */
export function toLambda(receiver: Receiver): (event: LambdaEvent) => Promise<LambdaAnswer> {
  if (receiver.isAnswerFirst)
    throw new Error("Lambda stops at the answer: give createReceiver `enqueue`, or `answer: 'last'`.");
  return async (event) => {
    const answer = await receiver.answer((maxBytes) => readEvent(event, maxBytes));
    return { statusCode: answer.status, headers: answer.headers, body: answer.body };
  };
}

async function readEvent(event: LambdaEvent, maxBytes: number) {
  const { body, isBase64Encoded = false, rawPath = event.path ?? '/', rawQueryString = '' } = event;
  const text = body ?? '';
  const bytes = typeof text === 'string' && isBase64Encoded ? fromBase64(text) : text;
  if (typeof bytes !== 'string' && !(bytes instanceof Uint8Array))
    throw parsed(
      'Take the JSON body parser (of middy, for example) off this function, and pass on the event as it comes.',
    );
  return readRaw(
    {
      headers: (event.multiValueHeaders ?? event.headers ?? {}) as Record<string, string | string[]>,
      body: bytes,
      method: event.requestContext?.http?.method ?? event.httpMethod ?? 'POST',
      url: rawQueryString === '' ? rawPath : `${rawPath}?${rawQueryString}`,
    },
    maxBytes,
  );
}

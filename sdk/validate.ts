import { WebhookError } from './error.ts';

/** A schema of Zod, Valibot, ArkType and others (https://standardschema.dev). */
export interface StandardSchema {
  readonly '~standard': {
    validate(value: unknown): StandardResult | Promise<StandardResult>;
  };
}

/** What such a schema answers. */
export interface StandardResult {
  readonly value?: unknown;
  readonly issues?: readonly { readonly message: string }[] | undefined;
}

/** A function that answers false, as Ajv's compiled schemas do, or throws, when the data will not do; or a standard schema. */
export type Validator = StandardSchema | ((data: unknown) => unknown);

/** The data, as a standard schema may have changed it. Throws a `WebhookError` (`invalid_payload`, 422) that says what is wrong. */
export async function validated(validator: Validator, data: unknown): Promise<unknown> {
  // Some libraries' schemas are functions, too.
  if ('~standard' in validator) {
    const { issues, value } = await validator['~standard'].validate(data);
    if (issues === undefined) return value;
    throw invalid(issues.map(({ message }) => message).join('; '));
  }
  let answer: unknown;
  try {
    answer = await validator(data);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  if (answer === false)
    throw invalid(JSON.stringify((validator as { errors?: unknown }).errors ?? 'no reason given'));
  return data;
}

/** How much of a reason is told. */
const reasonChars = 500;

function invalid(reason: string): WebhookError {
  return new WebhookError('invalid_payload', `The data will not do: ${reason.slice(0, reasonChars)}`);
}

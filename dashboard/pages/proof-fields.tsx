import type { Scheme } from '../api/types.ts';
import { TextField } from '../parts/field.tsx';
import { fieldName } from '../words/fields.ts';

/** What shows who sends, as it was typed: a secret, and what the scheme needs besides. */
export interface Proof {
  secret: string;
  fields: Record<string, string>;
}

export const noProof: Proof = { secret: '', fields: {} };

/** The members of it that something was typed for, as the API takes them. */
export function typedOf({ secret, fields }: Proof): Partial<Proof> {
  const typed = Object.entries(fields).flatMap(([name, value]) =>
    value.trim() === '' ? [] : [[name, value.trim()] as const],
  );
  return {
    ...(secret.trim() === '' ? {} : { secret: secret.trim() }),
    ...(typed.length === 0 ? {} : { fields: Object.fromEntries(typed) }),
  };
}

interface Props {
  scheme: Scheme;
  proof: Proof;
  change: (proof: Proof) => void;
  secretHelp: string | undefined;
}

export function ProofFields({ scheme, proof: { secret, fields }, change, secretHelp }: Props) {
  return (
    <>
      {scheme.secret === null ? null : (
        <TextField
          label={`Secret: ${scheme.secret}`}
          autoComplete="off"
          help={secretHelp}
          value={secret}
          change={(value) => change({ secret: value, fields })}
        />
      )}
      {scheme.fields.map(({ name, description, required }) => (
        <TextField
          key={name}
          label={`${fieldName(name)}${required ? '' : ' (if it applies)'}`}
          help={description}
          autoComplete="off"
          value={fields[name] ?? ''}
          change={(value) => change({ secret, fields: { ...fields, [name]: value } })}
        />
      ))}
    </>
  );
}

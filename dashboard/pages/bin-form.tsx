import { useState } from 'react';
import type { Bin } from '../api/bin.ts';
import { api } from '../api/client.ts';
import { useAct, useRows } from '../api/queries.ts';
import type { Scheme } from '../api/types.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Check, Select, TextArea, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { noProof, type Proof, ProofFields, typedOf } from './proof-fields.tsx';

interface Draft extends Proof {
  name: string;
  status: string;
  delay: string;
  slow: string;
  failFirst: string;
  drop: boolean;
  body: string;
  scheme: string;
}

interface Props {
  /** Null: a new one. */
  bin: Bin | null;
  close: () => void;
  saved: (id: string) => void;
}

/** How a bin behaves, and by which scheme it verifies. */
export function BinForm({ bin, close, saved }: Props) {
  const schemes = useRows<Scheme>('/v1/schemes');
  const [draft, setDraft] = useState(draftOf(bin));
  const set = (changes: Partial<Draft>): void => setDraft({ ...draft, ...changes });
  const save = useAct(
    () =>
      bin === null
        ? api<Bin>('POST', '/v1/bins', bodyOf(draft, null))
        : api<Bin>('PATCH', `/v1/bins/${bin.id}`, bodyOf(draft, bin)),
    {
      done: bin === null ? 'The bin is ready to catch.' : 'It behaves like that from now on.',
      then: ({ id }) => saved(id),
      quiet: true,
    },
  );
  return (
    <Dialog title={bin === null ? 'Create a bin' : 'Change how it behaves'} isOpen close={close} isWide>
      <Form act={bin === null ? 'Create bin' : 'Save'} save={save}>
        <TextField label="Name" placeholder="First try" value={draft.name} change={(name) => set({ name })} />
        <Verifying draft={draft} set={set} schemes={schemes} before={bin} />
        <Behaviour draft={draft} set={set} />
      </Form>
    </Dialog>
  );
}

interface PartProps {
  draft: Draft;
  set: (changes: Partial<Draft>) => void;
}

function Verifying({ draft, set, schemes, before }: PartProps & { schemes: Scheme[]; before: Bin | null }) {
  const scheme = schemes.find(({ name }) => name === draft.scheme);
  return (
    <>
      <Select
        label="Explain the signature as"
        value={draft.scheme}
        change={(value) => set({ scheme: value, ...noProof })}
      >
        <option value="">No scheme: only look</option>
        {schemes.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </Select>
      {scheme === undefined ? null : (
        <ProofFields
          scheme={scheme}
          proof={draft}
          change={set}
          secretHelp={before?.scheme === scheme.name ? 'Empty: it keeps the one it has.' : undefined}
        />
      )}
    </>
  );
}

function Behaviour({ draft, set }: PartProps) {
  return (
    <details className="rounded-md border border-line p-3">
      <summary className="text-sm font-medium">How it answers</summary>
      <div className="mt-3 grid gap-4 sm:grid-cols-2">
        <TextField
          label="Status"
          inputMode="numeric"
          placeholder="200"
          value={draft.status}
          change={(status) => set({ status })}
        />
        <TextField
          label="Fail the first"
          inputMode="numeric"
          placeholder="0"
          help="So many are answered with 500."
          value={draft.failFirst}
          change={(failFirst) => set({ failFirst })}
        />
        <TextField
          label="Wait before the answer"
          placeholder="2s"
          value={draft.delay}
          change={(delay) => set({ delay })}
        />
        <TextField
          label="Take so long with it"
          placeholder="2s"
          value={draft.slow}
          change={(slow) => set({ slow })}
        />
      </div>
      <div className="mt-4 flex flex-col gap-4">
        <TextArea label="Body" rows={3} value={draft.body} change={(body) => set({ body })} />
        <Check label="Hang up instead of answering" checked={draft.drop} change={(drop) => set({ drop })} />
      </div>
    </details>
  );
}

/** As the API has it for a bin of which nothing is said. */
const blank: Draft = {
  name: '',
  status: '200',
  delay: '0s',
  slow: '0s',
  failFirst: '0',
  drop: false,
  body: '{"received":true}',
  scheme: '',
  ...noProof,
};

function draftOf(bin: Bin | null): Draft {
  if (bin === null) return blank;
  const { status, failFirst, scheme, ...same } = bin;
  const texts = { status: String(status), failFirst: String(failFirst), secret: '' };
  return { ...same, ...texts, scheme: typeof scheme === 'string' ? scheme : '' };
}

/** A secret that was not typed again stays, and so does a scheme that no list has. */
function bodyOf(draft: Draft, before: Bin | null): Record<string, unknown> {
  const { name, delay, slow, drop, body, scheme } = draft;
  const keepsOwn = before !== null && before.scheme !== null && typeof before.scheme !== 'string';
  return {
    name: name.trim(),
    status: numberOf(draft.status),
    failFirst: numberOf(draft.failFirst),
    delay: delay.trim(),
    slow: slow.trim(),
    drop,
    body,
    ...(keepsOwn && scheme === '' ? {} : { scheme: scheme === '' ? null : scheme }),
    ...typedOf(draft),
  };
}

/** What is no number goes out as it was typed: the API says what is wrong with it. */
function numberOf(text: string): number | string {
  return /^\d+$/.test(text.trim()) ? Number(text) : text;
}

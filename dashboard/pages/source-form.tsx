import { useState } from 'react';
import { api } from '../api/client.ts';
import { useAct, useRows } from '../api/queries.ts';
import type { Scheme, Source } from '../api/types.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Select, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { type QueueKind, queues } from '../words/queues.ts';
import { noProof, type Proof, ProofFields, typedOf } from './proof-fields.tsx';

/** A new source: how it comes, who sends, and what its provider shows. What it does not show yet can be given later. */
export function NewSource({ close, made }: { close: () => void; made: (id: string) => void }) {
  const schemes = useRows<Scheme>('/v1/schemes');
  const [name, setName] = useState('');
  const [queue, setQueue] = useState<QueueKind | null>(null);
  const [consume, setConsume] = useState('');
  const [chosen, setChosen] = useState('standard');
  const scheme = schemes.find((one) => one.name === chosen);
  const [given, setGiven] = useState(noProof);
  const isUnsigned = queue !== null && chosen === unsigned;
  const create = useAct(
    () =>
      api<Source>('POST', '/v1/sources', {
        name,
        scheme: chosen,
        ...(queue === null ? {} : { consume }),
        ...typedOf(given),
      }),
    {
      done:
        queue === null
          ? 'The source is there. Give its address to the provider.'
          : 'The source is there, and takes messages as they come.',
      then: ({ id }) => made(id),
      quiet: true,
    },
  );
  const choose = (name: string): void => {
    setChosen(name);
    setGiven(noProof);
  };
  return (
    <Dialog title="Create a source" isOpen close={close} isWide>
      <Form act="Create source" save={create}>
        <Select
          label="How it comes"
          value={queue ?? ''}
          change={(value) => {
            setQueue(isQueue(value) ? value : null);
            choose(isQueue(value) ? unsigned : 'standard');
          }}
        >
          <option value="">As webhooks, to an address of its own</option>
          {Object.entries(queues).map(([kind, { title }]) => (
            <option key={kind} value={kind}>
              Out of a queue: {title}
            </option>
          ))}
        </Select>
        {queue === null ? null : (
          <QueueAddress placeholder={queues[queue].example} value={consume} change={setConsume} />
        )}
        <Select
          label={queue === null ? 'Who sends' : 'Who signs the messages'}
          help={isUnsigned ? 'Whoever can write into the queue is believed.' : undefined}
          value={chosen}
          change={choose}
        >
          {schemes.map((one) => (
            <option key={one.name} value={one.name}>
              {one.title}
            </option>
          ))}
        </Select>
        <TextField
          label="Name"
          required
          placeholder={queue === null ? (scheme?.title ?? '') : queues[queue].title}
          value={name}
          change={setName}
        />
        {isUnsigned ? null : <OfScheme scheme={scheme} given={given} change={setGiven} />}
      </Form>
    </Dialog>
  );
}

const unsigned = 'unsigned';

function isQueue(value: string): value is QueueKind {
  return value in queues;
}

interface AddressProps {
  placeholder: string;
  value: string;
  change: (address: string) => void;
}

function QueueAddress(props: AddressProps) {
  return (
    <TextField
      label="Address of the queue"
      required
      autoComplete="off"
      spellCheck={false}
      className="font-mono"
      help="The password is encrypted, and not shown again. Each message becomes an event; its type stands in the header surehook-event-type, ce-type or type, else in the member type of its body."
      {...props}
    />
  );
}

/** Gives a source what it still needs, another secret, or another address of its queue. */
export function EditSource({ source, close }: { source: Source; close: () => void }) {
  const schemes = useRows<Scheme>('/v1/schemes');
  const scheme = schemes.find((one) => one.name === source.scheme);
  const [given, setGiven] = useState(noProof);
  const [consume, setConsume] = useState(source.consume);
  const isMoved = consume !== source.consume;
  const typed = typedOf(given);
  const change = useAct(
    () => {
      if (!isMoved && Object.keys(typed).length === 0)
        throw new Error(
          'Nothing is typed yet: what stays empty is kept as it is. Type what the provider shows.',
        );
      return api('PATCH', `/v1/sources/${source.id}`, {
        ...(isMoved ? { consume } : {}),
        ...typed,
        // Those that it has already stay.
        ...(typed.fields === undefined ? {} : { fields: { ...source.fields, ...typed.fields } }),
      });
    },
    { done: 'Changed. What was rejected can be judged again.', then: close, quiet: true },
  );
  return (
    <Dialog
      title={consume === null ? 'What the provider shows' : 'The queue, and what signs its messages'}
      isOpen
      close={close}
      isWide
    >
      <Form act="Save" save={change}>
        {consume === null ? null : <QueueAddress placeholder="" value={consume} change={setConsume} />}
        <OfScheme scheme={scheme} given={given} change={setGiven} />
      </Form>
    </Dialog>
  );
}

interface SchemeProps {
  scheme: Scheme | undefined;
  given: Proof;
  change: (given: Proof) => void;
}

function OfScheme({ scheme, given, change }: SchemeProps) {
  if (scheme === undefined) return null;
  return (
    <>
      {scheme.note === null ? null : <p className="rounded-md bg-raised p-3 text-sm">{scheme.note}</p>}
      <ProofFields
        scheme={scheme}
        proof={given}
        change={change}
        secretHelp="If the provider shows it only once it knows the address, leave it empty for now."
      />
    </>
  );
}

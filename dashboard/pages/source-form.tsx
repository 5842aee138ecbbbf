import { useState } from 'react';
import { api } from '../api/client.ts';
import { useAct, useRows } from '../api/queries.ts';
import type { Scheme, Source } from '../api/types.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Select, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { fieldName } from '../words/fields.ts';
import { type QueueKind, queues } from '../words/queues.ts';

/** A new source: how it comes, who sends, and what its provider shows. What it does not show yet can be given later. */
export function NewSource({ close, made }: { close: () => void; made: (id: string) => void }) {
  const schemes = useRows<Scheme>('/v1/schemes');
  const [name, setName] = useState('');
  const [queue, setQueue] = useState<QueueKind | null>(null);
  const [consume, setConsume] = useState('');
  const [chosen, setChosen] = useState('standard');
  const scheme = schemes.find((one) => one.name === chosen);
  const [given, setGiven] = useState<Record<string, string>>({});
  const isUnsigned = queue !== null && chosen === unsigned;
  const create = useAct(
    () =>
      api<Source>('POST', '/v1/sources', {
        name,
        scheme: chosen,
        ...(queue === null ? {} : { consume }),
        ...proofOf(scheme, given),
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
    setGiven({});
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
        {isUnsigned ? null : <Proof scheme={scheme} given={given} change={setGiven} />}
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
  const [given, setGiven] = useState<Record<string, string>>({});
  const [consume, setConsume] = useState(source.consume);
  const isMoved = consume !== source.consume;
  const change = useAct(
    () =>
      api('PATCH', `/v1/sources/${source.id}`, {
        ...(isMoved ? { consume } : {}),
        ...proofOf(scheme, given, source),
      }),
    { done: 'Changed. What was rejected can be judged again.', then: close, quiet: true },
  );
  return (
    <Dialog
      title={consume === null ? 'What the provider shows' : 'The queue, and what signs its messages'}
      isOpen
      close={close}
      isWide
    >
      <Form act="Save" save={change} isReady={isMoved || Object.values(given).some((text) => text !== '')}>
        {consume === null ? null : <QueueAddress placeholder="" value={consume} change={setConsume} />}
        <Proof scheme={scheme} given={given} change={setGiven} />
      </Form>
    </Dialog>
  );
}

interface ProofProps {
  scheme: Scheme | undefined;
  given: Record<string, string>;
  change: (given: Record<string, string>) => void;
}

function Proof({ scheme, given, change }: ProofProps) {
  if (scheme === undefined) return null;
  const set = (name: string) => (value: string) => change({ ...given, [name]: value });
  return (
    <>
      {scheme.note === null ? null : <p className="rounded-md bg-raised p-3 text-sm">{scheme.note}</p>}
      {scheme.secret === null ? null : (
        <TextField
          label={`Secret: ${scheme.secret}`}
          autoComplete="off"
          help="If the provider shows it only once it knows the address, leave it empty for now."
          value={given.secret ?? ''}
          change={set('secret')}
        />
      )}
      {scheme.fields.map(({ name, description, required }) => (
        <TextField
          key={name}
          label={`${fieldName(name)}${required ? '' : ' (if it applies)'}`}
          help={description}
          autoComplete="off"
          value={given[`fields.${name}`] ?? ''}
          change={set(`fields.${name}`)}
        />
      ))}
    </>
  );
}

/** Only what was typed; fields that a source has already stay. */
function proofOf(
  scheme: Scheme | undefined,
  given: Record<string, string>,
  before?: Source,
): Record<string, unknown> {
  const secret = given.secret?.trim() ?? '';
  const typed = (scheme?.fields ?? []).flatMap(({ name }) => {
    const value = given[`fields.${name}`]?.trim() ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  const fields = { ...before?.fields, ...Object.fromEntries(typed) };
  return { ...(secret === '' ? {} : { secret }), ...(typed.length === 0 ? {} : { fields }) };
}

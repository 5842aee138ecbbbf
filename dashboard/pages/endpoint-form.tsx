import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError, api } from '../api/client.ts';
import { useAct, useRows } from '../api/queries.ts';
import type { Endpoint, Profile } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Check, Select, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Secret } from './endpoint-secret.tsx';
import { EventPicker } from './event-picker.tsx';
import { SourcePicker } from './source-picker.tsx';
import { TestEvent } from './test-event.tsx';

interface Draft {
  url: string;
  events: string[];
  sources: string[] | null;
  profile: string;
  description: string;
  perSecond: string;
  timeout: string;
  ordered: boolean;
}

const blank: Draft = {
  url: '',
  events: [],
  sources: null,
  profile: 'standard',
  description: '',
  perSecond: '',
  timeout: '',
  ordered: false,
};

/** A new endpoint, or one for what comes through a source: URL and events are enough. Then its secret, this once, and a test event. */
export function NewEndpoint({ sourceId, close }: { sourceId?: string; close: () => void }) {
  const navigate = useNavigate();
  const [made, setMade] = useState<Endpoint | null>(null);
  const create = useAct((draft: Draft) => api<Endpoint>('POST', '/v1/endpoints', bodyOf(draft)), {
    then: setMade,
    quiet: true,
  });
  const done = (): void => {
    close();
    if (made !== null)
      void navigate({ to: '/endpoints/$id', params: { id: made.id }, search: (before) => before });
  };
  return (
    <Dialog
      title={made === null ? 'Create an endpoint' : 'The endpoint is ready'}
      isOpen
      close={made === null ? close : done}
      isWide
    >
      {made === null ? (
        <EndpointForm
          draft={sourceId === undefined ? blank : { ...blank, events: ['*'], sources: [sourceId] }}
          act="Create endpoint"
          save={create}
        />
      ) : (
        <div className="flex flex-col gap-5">
          <Secret secret={made.secret ?? ''} />
          <TestEvent endpoint={made} />
          <div className="flex justify-end">
            <Button look="main" onClick={done}>
              Done
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

/** Changes an endpoint; what is not shown here stays. */
export function EditEndpoint({ endpoint, close }: { endpoint: Endpoint; close: () => void }) {
  const change = useAct(
    (draft: Draft) => api('PATCH', `/v1/endpoints/${endpoint.id}`, bodyOf(draft, endpoint)),
    {
      done: 'Changed. It counts from the next event on.',
      then: close,
      quiet: true,
    },
  );
  const { url, events, sources, profile, description, rateLimit, timeout, ordered } = endpoint;
  const draft = {
    url,
    events,
    sources,
    profile,
    description,
    timeout,
    ordered,
    perSecond: String(rateLimit?.perSecond ?? ''),
  };
  return (
    <Dialog title="Change the endpoint" isOpen close={close} isWide>
      <EndpointForm draft={draft} act="Save changes" save={change} />
    </Dialog>
  );
}

function bodyOf(draft: Draft, before?: Endpoint): Record<string, unknown> {
  const { url, events, sources, profile, description, perSecond, timeout, ordered } = draft;
  return {
    url: url.trim(),
    events,
    sources,
    profile,
    description,
    ordered,
    ...(timeout.trim() === '' ? {} : { timeout: timeout.trim() }),
    ...(perSecond === ''
      ? before?.rateLimit
        ? { rateLimit: null }
        : {}
      : { rateLimit: { perSecond: Number(perSecond) } }),
  };
}

interface FormProps {
  draft: Draft;
  act: string;
  save: { mutate: (draft: Draft) => void; isPending: boolean; error: Error | null };
}

function EndpointForm({ draft: first, act, save }: FormProps) {
  const [draft, setDraft] = useState(first);
  const profiles = useRows<Profile>('/v1/profiles');
  const set = (changes: Partial<Draft>): void => setDraft((before) => ({ ...before, ...changes }));
  const wrong = (pointer: string): string | undefined =>
    save.error instanceof ApiError
      ? save.error.pointers.find((one) => one.pointer.startsWith(pointer))?.detail
      : undefined;
  return (
    <Form
      act={act}
      save={{ ...save, mutate: () => save.mutate(draft) }}
      isReady={draft.events.length > 0 && draft.sources?.length !== 0}
    >
      <TextField
        label="URL"
        type="url"
        required
        placeholder="https://shop.example/hooks"
        help="Or a queue, such as redis://host:6379/?stream=orders"
        value={draft.url}
        change={(url) => set({ url })}
        error={wrong('/url')}
      />
      <EventPicker chosen={draft.events} change={(events) => set({ events })} error={wrong('/events')} />
      <SourcePicker chosen={draft.sources} change={(sources) => set({ sources })} error={wrong('/sources')} />
      <Select
        label="Wire format"
        help={profiles.find(({ name }) => name === draft.profile)?.description}
        value={draft.profile}
        change={(profile) => set({ profile })}
        error={wrong('/profile')}
      >
        {profiles.length === 0 ? <option value={draft.profile}>{draft.profile}</option> : null}
        {profiles.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Select>
      <details>
        <summary className="text-sm font-medium">More settings</summary>
        <div className="mt-3 flex flex-col gap-4">
          <TextField
            label="Description"
            value={draft.description}
            change={(description) => set({ description })}
            error={wrong('/description')}
          />
          <TextField
            label="At most so many attempts a second"
            type="number"
            min={0}
            step="any"
            placeholder="no limit"
            value={draft.perSecond}
            change={(perSecond) => set({ perSecond })}
            error={wrong('/rateLimit')}
          />
          <TextField
            label="Timeout of an attempt"
            placeholder="the wire format’s own"
            value={draft.timeout}
            change={(timeout) => set({ timeout })}
            error={wrong('/timeout')}
          />
          <Check
            label="In order: what fails holds back later events of the same reference"
            checked={draft.ordered}
            change={(ordered) => set({ ordered })}
          />
        </div>
      </details>
    </Form>
  );
}

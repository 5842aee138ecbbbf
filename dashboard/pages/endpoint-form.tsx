import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, wrongAt } from '../api/client.ts';
import { useAct, useRows } from '../api/queries.ts';
import type { Endpoint, Profile } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Select, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { blank, bodyOf, draftOf, type EndpointDraft, type EndpointTexts } from './endpoint-draft.ts';
import { MoreSettings } from './endpoint-more.tsx';
import { Secret } from './endpoint-secret.tsx';
import { EventPicker } from './event-picker.tsx';
import { SourcePicker } from './source-picker.tsx';
import { TestEvent } from './test-event.tsx';

/** A new endpoint, or one for what comes through a source: URL and events are enough. Then its secret, this once, and a test event. */
export function NewEndpoint({ sourceId, close }: { sourceId?: string; close: () => void }) {
  const navigate = useNavigate();
  const [made, setMade] = useState<Endpoint | null>(null);
  const create = useAct(
    (draft: EndpointDraft) => api<Endpoint>('POST', '/v1/endpoints', bodyOf(draft, blank)),
    {
      then: setMade,
      quiet: true,
    },
  );
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
          isNew
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

/** Changes an endpoint; what is left as it is stays, also when somebody else changes it meanwhile. */
export function EditEndpoint({ endpoint, close }: { endpoint: EndpointTexts; close: () => void }) {
  const [before] = useState(() => draftOf(endpoint));
  const change = useAct(
    (draft: EndpointDraft) => api('PATCH', `/v1/endpoints/${endpoint.id}`, bodyOf(draft, before)),
    {
      done: 'Changed. It counts from the next event on.',
      then: close,
      quiet: true,
    },
  );
  return (
    <Dialog title="Change the endpoint" isOpen close={close} isWide>
      <EndpointForm draft={before} act="Save changes" save={change} />
    </Dialog>
  );
}

interface FormProps {
  draft: EndpointDraft;
  act: string;
  save: { mutate: (draft: EndpointDraft) => void; isPending: boolean; error: Error | null };
  isNew?: boolean;
}

function EndpointForm({ draft: first, act, save, isNew = false }: FormProps) {
  const [draft, setDraft] = useState(first);
  const profiles = useRows<Profile>('/v1/profiles');
  const set = (changes: Partial<EndpointDraft>): void => setDraft((before) => ({ ...before, ...changes }));
  const wrong = (pointer: string): string | undefined => wrongAt(save.error, pointer);
  return (
    <Form act={act} save={{ ...save, mutate: () => save.mutate(draft) }}>
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
      <MoreSettings draft={draft} set={set} wrong={wrong} isNew={isNew} />
    </Form>
  );
}

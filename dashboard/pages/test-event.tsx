import { useState } from 'react';
import { api } from '../api/client.ts';
import { useAct, useRows } from '../api/queries.ts';
import type { Attempt, Endpoint, EventType } from '../api/types.ts';
import { AttemptView } from '../parts/attempt.tsx';
import { Button } from '../parts/button.tsx';
import { Select, TextArea } from '../parts/field.tsx';
import { typesToTry } from '../words/event-types.ts';

const fallback = '{\n  "reference": "ORD-12345"\n}';

/** One event to this endpoint alone, with an example that can be changed, and the answer at once. */
export function TestEvent({ endpoint }: { endpoint: Endpoint }) {
  const types = useRows<EventType>('/v1/event-types?limit=250');
  const [type, setType] = useState<string | null>(null);
  const [edited, setEdited] = useState<string | null>(null);
  const names = typesToTry(
    endpoint.events,
    types.map(({ name }) => name),
  );
  const chosen = type ?? names[0]!;
  const example = types.find(({ name }) => name === chosen)?.examples[0];
  const data = edited ?? (example === undefined ? fallback : JSON.stringify(example, null, 2));
  // The text itself goes out, so that numbers arrive as they were typed.
  const send = useAct(() =>
    api<Attempt>(
      'POST',
      `/v1/endpoints/${endpoint.id}/test`,
      `{"eventType":${JSON.stringify(chosen)},"data":${data}}`,
    ),
  );
  return (
    <div className="flex flex-col gap-3">
      <Select
        label="Event type"
        value={chosen}
        change={(value) => {
          setType(value);
          setEdited(null);
        }}
      >
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </Select>
      <TextArea label="Data" value={data} change={setEdited} />
      <div>
        <Button disabled={send.isPending} onClick={() => send.mutate()}>
          {send.isPending ? 'Sending …' : 'Send test event'}
        </Button>
      </div>
      <div aria-live="polite">
        {send.data === undefined ? null : <AttemptView key={send.data.at} attempt={send.data} />}
      </div>
    </div>
  );
}

import { useState } from 'react';
import { api } from '../api/client.ts';
import type { Order } from '../api/order.ts';
import { useAct } from '../api/queries.ts';
import type { Source } from '../api/types.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Select, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';

interface Props {
  /** Those that are followed. */
  sources: Source[];
  close: () => void;
  made: (id: string) => void;
}

/** Says that the store placed an order, so that it is followed from now on. */
export function NewOrder({ sources, close, made }: Props) {
  const [sourceId, setSourceId] = useState(sources[0]?.id ?? '');
  const [reference, setReference] = useState('');
  const [orderId, setOrderId] = useState('');
  const register = useAct(
    () =>
      api<Order>('POST', '/v1/orders', {
        sourceId,
        reference: reference.trim(),
        orderId: orderId.trim() === '' ? null : orderId.trim(),
      }),
    { done: 'The order is followed from now on.', then: ({ id }) => made(id), quiet: true },
  );
  return (
    <Dialog title="Register an order" isOpen close={close}>
      <Form act="Register order" save={register}>
        <Select label="Source" value={sourceId} change={setSourceId}>
          {sources.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
        <TextField
          label="Reference"
          required
          placeholder="ORD-12345"
          help="Your own name of the order, as its events carry it."
          value={reference}
          change={setReference}
        />
        <TextField
          label="The supplier’s id, if it is known"
          placeholder="SUP-99887"
          help="Learned from its events if you leave it empty."
          value={orderId}
          change={setOrderId}
        />
      </Form>
    </Dialog>
  );
}

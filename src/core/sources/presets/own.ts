import * as hash from '../../../../sdk/schemes/hash.ts';
import { cloudevents, standard, svix } from '../../../../sdk/schemes/standard.ts';
import { foxreload } from '../../../../sdk/schemes/timed.ts';
import { unsigned } from '../../../../sdk/schemes/unsigned.ts';
import type { FieldSpec, Preset } from '../preset.ts';
import { preset } from './make.ts';

const publicKey: FieldSpec = {
  name: 'publicKey',
  description: 'The public key (whpk_…) of a sender that signs with ed25519.',
  isKey: true,
};
const reference = { from: [{ body: '/data/reference' }] };

/** The wire formats that Surehook itself sends, and their relatives. */
export const ownPresets: readonly Preset[] = [
  preset('standard', 'Standard Webhooks', standard, {
    secret: 'Secret (whsec_…), or the public key (whpk_…)',
    fields: [publicKey],
    reference,
  }),
  preset('svix', 'Svix, Resend, Clerk and others', svix, {
    secret: 'Signing secret (whsec_…)',
    fields: [publicKey],
  }),
  preset('cloudevents', 'CloudEvents, signed as Standard Webhooks', cloudevents, {
    secret: 'Secret (whsec_…)',
    fields: [publicKey],
  }),
  preset('foxreload', 'FoxReload', foxreload, { reference, deadline: '10 s' }),
  preset('digital-goods', 'Suppliers of digital goods', hash.digitalGoods, {
    reference,
    rejectStatus: 400,
    deadline: '10 s',
  }),
  preset('petstore', 'Petstore', hash.petstore, { reference, deadline: '5 s' }),
  preset('ecomm', 'Shops', hash.ecomm, { reference, deadline: '10 s' }),
  preset('unsigned', 'Senders that do not sign', unsigned, {
    secret: null,
    note: 'Whoever knows the address of the source is believed: keep it secret, and ask the sender before money moves.',
  }),
];

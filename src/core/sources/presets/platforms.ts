import * as hash from '../../../../sdk/schemes/hash.ts';
import { discord, sendgrid } from '../../../../sdk/schemes/public.ts';
import { awsSns } from '../../../../sdk/schemes/sns.ts';
import { gitlabSigningToken } from '../../../../sdk/schemes/standard.ts';
import { linear, mailgun, slack, zoom } from '../../../../sdk/schemes/timed.ts';
import { gitlabToken } from '../../../../sdk/schemes/token.ts';
import { twilio } from '../../../../sdk/schemes/twilio.ts';
import { hubspotV1, hubspotV2, hubspotV3 } from '../../../../sdk/schemes/url.ts';
import * as handshakes from '../handshakes.ts';
import type { Preset } from '../preset.ts';
import { certificateHosts, notificationUrl, type PresetParts, preset } from './make.ts';

const unsignedBody = 'The token says who sends and nothing about the body.';

const hubspot: PresetParts = {
  secret: 'Client secret of the app',
  id: { each: '', from: [{ body: '/eventId' }, { body: '/subscriptionId' }, { body: '/occurredAt' }] },
  type: { from: [{ body: '/0/subscriptionType' }] },
  deadline: '5 s',
  note: 'One request brings up to 100 events; it is one event here, recognised by the ids of all of them.',
};

/** Developer platforms, messages, people. */
export const platformPresets: readonly Preset[] = [
  preset('github', 'GitHub', hash.github, {
    type: { from: [{ header: 'x-github-event' }, { body: '/action' }], joint: '.' },
    handshake: handshakes.githubHandshake,
    deadline: '10 s',
    note: 'GitHub does not try again by itself; failed deliveries are sent again by hand or through its API.',
  }),
  preset('gitlab-token', 'GitLab, secret token', gitlabToken, {
    secret: 'Secret token',
    deadline: '10 s',
    note: `${unsignedBody} After 4 failures GitLab disables the webhook.`,
  }),
  preset('gitlab-signing-token', 'GitLab, signing token', gitlabSigningToken, {
    secret: 'Signing token (whsec_…)',
    deadline: '10 s',
    note: 'After 4 failures GitLab disables the webhook.',
  }),
  preset('bitbucket', 'Bitbucket Cloud', hash.bitbucket, { deadline: '10 s' }),
  preset('linear', 'Linear', linear, {
    secret: 'Signing secret',
    deadline: '5 s',
  }),
  preset('slack', 'Slack', slack, {
    secret: 'Signing secret',
    type: { from: [{ body: '/event/type' }, { body: '/type' }, { form: 'command' }] },
    handshake: handshakes.slackHandshake,
    deadline: '3 s',
  }),
  preset('discord', 'Discord', discord, {
    secret: null,
    fields: [
      { name: 'publicKey', description: "The application's public key, hex.", isRequired: true, isKey: true },
    ],
    type: { from: [{ body: '/event/type' }, { body: '/type' }] },
    id: { from: [{ body: '/id' }] },
    ack: { status: 204, contentType: null, body: '' },
    handshake: handshakes.discordHandshake,
    deadline: '3 s',
    note: 'Discord probes with wrong signatures and wants 401 for them.',
  }),
  preset('zoom', 'Zoom', zoom, {
    secret: 'Secret token',
    handshake: handshakes.zoomHandshake,
    deadline: '3 s',
  }),
  preset('meta', 'Meta: Facebook, Instagram, WhatsApp', hash.meta, {
    secret: 'App secret',
    fields: [
      {
        name: 'verifyToken',
        description: 'The verify token of the subscription.',
        isRequired: true,
        isSecret: true,
      },
    ],
    id: { from: [{ body: '/entry/0/changes/0/value/messages/0/id' }], withHash: true },
    type: { from: [{ body: '/object' }, { body: '/entry/0/changes/0/field' }], joint: '.' },
    handshake: handshakes.metaHandshake,
  }),
  preset('twitter', 'X (Twitter)', hash.twitter, {
    secret: 'Consumer secret (API key secret)',
    handshake: handshakes.twitterHandshake,
  }),
  preset('hubspot-v1', 'HubSpot, signature v1', hubspotV1, hubspot),
  preset('hubspot-v2', 'HubSpot, signature v2', hubspotV2, { ...hubspot, fields: [notificationUrl] }),
  preset('hubspot-v3', 'HubSpot, signature v3', hubspotV3, { ...hubspot, fields: [notificationUrl] }),
  preset('mailgun', 'Mailgun', mailgun, {
    secret: 'HTTP webhook signing key',
    note: 'Mailgun signs a time and a token, not the event. The token recognises repetitions, so that nobody sends another event under it.',
  }),
  preset('twilio', 'Twilio', twilio, {
    secret: 'Auth token',
    fields: [notificationUrl],
    id: { from: [{ header: 'i-twilio-idempotency-token' }] },
    type: { from: ['EventType', 'MessageStatus', 'SmsStatus', 'CallStatus'].map((form) => ({ form })) },
    reference: { from: [{ form: 'MessageSid' }, { form: 'CallSid' }] },
    ack: { status: 200, contentType: 'text/xml', body: '<Response/>' },
    deadline: '15 s',
  }),
  preset('aws-sns', 'Amazon SNS', awsSns, {
    secret: null,
    fields: [
      {
        name: 'topicArn',
        description: 'The topic whose messages count. Without it, anyone with an AWS account can send some.',
      },
      certificateHosts,
    ],
    id: { from: [{ body: '/MessageId' }] },
    type: { from: [{ header: 'x-amz-sns-message-type' }, { body: '/Type' }] },
    handshake: handshakes.snsHandshake,
    deadline: '15 s',
  }),
  preset('sendgrid', 'SendGrid', sendgrid, {
    secret: null,
    fields: [
      { name: 'publicKey', description: 'The verification key, base64.', isRequired: true, isKey: true },
    ],
    id: { each: '', from: [{ body: '/sg_event_id' }] },
    note: 'One request brings many events; it is one event here, recognised by the ids of all of them.',
  }),
  preset('hookdeck', 'Hookdeck', hash.hookdeck, { secret: 'Signing secret', deadline: '60 s' }),
];

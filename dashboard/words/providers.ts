/** Where one clicks at a provider to set its webhooks up, one step after the other. */
type Steps = readonly [open: string, address: string, secret: string];

const steps: Readonly<Record<string, Steps>> = {
  unsigned: [
    'the sender’s settings of webhooks',
    'wherever it asks where to send to',
    'nothing: it does not sign, so keep the address to yourself',
  ],
  svix: [
    'The sender’s webhook settings: Endpoints → Add endpoint',
    'Endpoint URL',
    'Signing secret, on the endpoint’s own page',
  ],
  github: [
    'Repository or organisation: Settings → Webhooks → Add webhook',
    'Payload URL; Content type: application/json',
    'Type a secret of your own into Secret, and the same here',
  ],
  'gitlab-token': [
    'Project or group: Settings → Webhooks → Add new webhook',
    'URL',
    'Type a token of your own into Secret token, and the same here',
  ],
  'gitlab-signing-token': [
    'Project or group: Settings → Webhooks → Add new webhook',
    'URL',
    'Signing token, as it is shown there once',
  ],
  bitbucket: [
    'Repository settings → Webhooks → Add webhook',
    'URL',
    'Type a secret of your own into Secret, and the same here',
  ],
  linear: ['Settings → API → Webhooks → New webhook', 'URL', 'Signing secret, on the webhook’s own page'],
  slack: [
    'api.slack.com/apps → your app → Event Subscriptions → Enable Events',
    'Request URL; Slack’s question is answered by itself',
    'Basic Information → App Credentials → Signing Secret',
  ],
  discord: [
    'Developer Portal → your application → Webhooks',
    'Endpoint URL; Discord’s probe is answered by itself',
    'General Information → Public Key',
  ],
  zoom: [
    'marketplace.zoom.us → Manage → your app → Event Subscriptions',
    'Event notification endpoint URL, then Validate',
    'Secret Token, on the same page',
  ],
  meta: [
    'developers.facebook.com → your app → Webhooks',
    'Callback URL; Verify token: the same as Verification token here',
    'App settings → Basic → App secret',
  ],
  'hubspot-v1': ['Developer account → your app → Webhooks', 'Target URL', 'Auth → Client secret'],
  'hubspot-v2': ['Developer account → your app → Webhooks', 'Target URL', 'Auth → Client secret'],
  'hubspot-v3': ['Developer account → your app → Webhooks', 'Target URL', 'Auth → Client secret'],
  mailgun: ['Sending → Webhooks → Add webhook', 'URL', 'HTTP webhook signing key, on the same page'],
  twilio: [
    'Console → Phone Numbers → your number → Messaging',
    'A message comes in: Webhook, HTTP POST',
    'Account dashboard → Auth Token',
  ],
  'aws-sns': [
    'SNS → Topics → your topic → Create subscription, protocol HTTPS',
    'Endpoint; the subscription confirms itself',
    'The topic’s ARN, from its page',
  ],
  sendgrid: [
    'Settings → Mail Settings → Event Webhook',
    'Post URL',
    'Signed Event Webhook → Verification Key',
  ],
  hookdeck: ['Connections → the connection’s destination', 'URL', 'Settings → Secrets → Signing secret'],
  shopify: [
    'Settings → Notifications → Webhooks → Create webhook',
    'URL; Format: JSON',
    'Below the list of webhooks: “Your webhooks will be signed with …”',
  ],
  woocommerce: [
    'WooCommerce → Settings → Advanced → Webhooks → Add webhook',
    'Delivery URL; Status: Active',
    'Type a secret of your own into Secret, and the same here',
  ],
  bigcommerce: [
    'No page for it: make the webhook by the API, POST /v3/hooks',
    'destination',
    'The client secret of the API account, written in base64',
  ],
  stripe: [
    'Workbench → Webhooks → Add destination',
    'Webhook endpoint → Endpoint URL',
    'Signing secret, on the destination’s own page → Reveal',
  ],
  paddle: ['Developer tools → Notifications → New destination', 'URL', 'Edit destination → Secret key'],
  square: [
    'Developer Console → your application → Webhooks → Subscriptions → Add subscription',
    'Notification URL, letter by letter as here: it is signed, too',
    'Signature key, on the subscription’s own page',
  ],
  ebay: [
    'developer.ebay.com → your account → Alerts & Notifications',
    'Notification endpoint URL; Verification token: the same as here',
    'The public key, asked for by the Notification API',
  ],
  wix: [
    'dev.wix.com → your app → Webhooks → Create webhook',
    'Callback URL',
    'Get public key, on the same page',
  ],
  paypal: [
    'developer.paypal.com → Apps & Credentials → your app → Webhooks → Add webhook',
    'Webhook URL',
    'Webhook ID, from the list',
  ],
  braintree: [
    'Control Panel → API → Webhooks → Create new webhook',
    'Destination URL; its check is answered by itself',
    'API → Keys: public and private key',
  ],
  'adyen-standard': [
    'Customer Area → Developers → Webhooks → + Webhook → Standard webhook',
    'Server configuration → URL',
    'Security → HMAC key → Generate',
  ],
  'adyen-header': [
    'Customer Area → Developers → Webhooks → + Webhook, of your platform’s type',
    'Server configuration → URL',
    'Security → HMAC key → Generate',
  ],
  razorpay: [
    'Account & Settings → Webhooks → Add New Webhook',
    'Webhook URL',
    'Type a secret of your own into Secret, and the same here',
  ],
  xendit: [
    'Settings → Developers → Webhooks',
    'Webhook URL, for each product that you want to hear of',
    'Webhook verification token, on the same page',
  ],
  'coinbase-commerce': [
    'Settings → Notifications → Webhook subscriptions → Add an endpoint',
    'Endpoint',
    'Show shared secret, on the same page',
  ],
  'lemon-squeezy': [
    'Settings → Webhooks → +',
    'Callback URL',
    'Type a secret of your own into Signing secret, and the same here',
  ],
  'checkout-com': ['Dashboard → Developers → Webhooks → Add webhook', 'Endpoint URL', 'Signature key'],
  airwallex: ['Developer → Webhooks → Add webhook', 'Notification URL', 'Secret, in the webhook’s details'],
  gumroad: ['Settings → Advanced → Ping', 'Ping endpoint', 'There is none: keep the address to yourself'],
  xero: [
    'developer.xero.com → your app → Webhooks',
    'Delivery URL; Xero’s check is answered by itself',
    'Webhooks key, on the same page',
  ],
};

const elsewhere: Steps = [
  'the sender’s settings of webhooks, or ask whoever runs it',
  'wherever it asks where to send to',
  'the secret that it signs with',
];

/** The way to a provider's webhooks; a general one for whom nothing else is known. */
export function setupSteps(scheme: string): Steps {
  return steps[scheme] ?? elsewhere;
}

/** Those with steps of their own. */
export const providersKnown = Object.keys(steps);

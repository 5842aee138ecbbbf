import { type Crypto, verifyAs } from '../core/signing.ts';
import type { Directory } from '../flow/directory.ts';
import { type Caught, startListener } from './listener.ts';
import { type Shop, shopAccount } from './shop.ts';

export interface GreetInput {
  /** The demo shop, if one was set up. */
  shop: Shop | null;
  host: string;
  port: number;
  /** Null: the store has one, which only who made it knows. */
  adminKey: string | null;
  crypto: Crypto;
  running: {
    url: string;
    engine: { directory: Directory };
    signInUrl(): Promise<string>;
    say(fields: Record<string, unknown>, message: string): void;
  };
}

/** Development mode's first words: the key, a receiver to try things out with, and commands to paste that will work. */
export async function greet({ shop, host, port, adminKey, crypto, running }: GreetInput): Promise<void> {
  const { directory } = running.engine;
  let base = '';
  const listener = await startListener(host, port === 0 ? 0 : port + 1, (caught) => {
    running.say(
      { url: `${base}${caught.url}`, ...seen(caught, `${base}${caught.url}`, directory, crypto) },
      'received',
    );
  });
  base = listener ?? '';
  const signIn = await running.signInUrl();
  process.stdout.write(greeting({ url: running.url, signIn, adminKey, listener, shop }));
}

/** What is printed; `listener` is the address of the receiver for trying things out, if there is one. */
export function greeting(input: {
  url: string;
  signIn: string;
  adminKey: string | null;
  listener: string | null;
  shop: Shop | null;
}): string {
  const { url, signIn, adminKey, listener, shop } = input;
  const key =
    adminKey === null || /^[\w-]+$/.test(adminKey) ? adminKey : `'${adminKey.replaceAll("'", "'\\''")}'`;
  const target = listener === null ? 'https://YOUR-RECEIVER/hooks' : `${listener}/hooks`;
  const auth =
    key !== null && key === adminKey
      ? `-H "Authorization: Bearer ${key}"`
      : '-H "Authorization: Bearer $KEY"';
  const lines = [
    '',
    `  Surehook runs at ${url} (development mode). API: ${url}/docs`,
    `  Dashboard: ${signIn}`,
    '  (This link signs in once, within 30 minutes. For another one: npx surehook signin)',
    `  Admin key: ${adminKey ?? 'not known here. If you have none: npx surehook keys create --admin'}`,
    ...(listener === null
      ? []
      : [`  A receiver for trying things out listens at ${listener} and shows here what arrives.`]),
    '',
    '  Paste this: the commands of the documentation take the key from KEY. Then an endpoint is made and an event published to it.',
    '',
    `  export KEY=${key ?? 'YOUR-ADMIN-KEY'}`,
    `  curl -w '\\n' -X POST ${url}/v1/endpoints ${auth} -d '{"url":"${target}","events":["order.*"]}' &&`,
    `  curl -w '\\n' -X POST ${url}/v1/events ${auth} -d '{"type":"order.created","data":{"order_id":"ORD12345","total":12.50}}'`,
    '',
    ...(shop === null ? [] : shopLines(url, auth, shop)),
    '',
  ];
  return lines.join('\n');
}

function shopLines(url: string, auth: string, { binId }: Shop): string[] {
  const account = `-H "Surehook-Account: ${shopAccount}"`;
  return [
    '  A demo shop has just sold something. Its deliveries, one of which fails twice before it is taken; what arrived, each signature',
    '  explained; and how to remove it all (in the dashboard it is an account of its own, chosen at the top; what you paste is in Default):',
    '',
    `  curl -w '\\n' ${url}/v1/deliveries ${auth} ${account}`,
    `  curl -w '\\n' ${url}/v1/bins/${binId}/requests ${auth} ${account}`,
    `  curl -X DELETE ${url}/v1/accounts/${shopAccount} ${auth}`,
    '',
  ];
}

/** What arrived, and whether its signature holds, judged with the secrets of the endpoints that have this URL. */
function seen(caught: Caught, url: string, directory: Directory, crypto: Crypto): Record<string, unknown> {
  const nowS = Date.now() / 1000;
  for (const account of directory.accounts()) {
    for (const endpoint of directory.endpoints(account.no)) {
      if (endpoint.url !== url) continue;
      const secrets = endpoint.secrets.map((secret) => secret.value);
      const headers: string[] = [];
      for (const [name, value] of Object.entries(caught.headers)) headers.push(name, String(value));
      const verdict = verifyAs(
        endpoint.profile,
        { headers, body: caught.body, method: 'POST', url, secrets, fields: {}, nowS },
        crypto,
      );
      if (verdict.valid)
        return { signature: 'valid', profile: endpoint.profile, body: caught.body.toString() };
    }
  }
  return { signature: 'not valid for any endpoint with this URL', body: caught.body.toString() };
}

import { fromBase64, toBase64 } from '../../sdk/encoding.ts';
import type { FlatHeaders } from './attempt.ts';
import { checkJson } from './json.ts';
import * as limits from './limits/sources.ts';

/*
 * How an inbound event came in. Its data holds every byte of the provider's body, as JSON; what is kept besides says how to
 * get them back, and which headers came with them.
 */

/** How the body stands in the event's data: as it is (`json`), as text in `{"form":…}`, or in `{"base64":…}`. */
export type Form = 'json' | 'form' | 'bytes';

/** A provider's body as an event carries it. */
export interface Carried {
  form: Form;
  data: string;
}

/** What is the connection's, a proxy's, or a credential for the door itself; everything else is the provider's word. */
const notKept =
  /^(?:host|connection|keep-alive|transfer-encoding|content-length|te|trailer|upgrade|expect|proxy-.*|cookie|authorization|forwarded|x-forwarded-.*|x-real-ip|via|surehook-.*)$/;
const formType = /^application\/x-www-form-urlencoded\b/i;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Native where the runtime has it: a body can have megabytes. */
interface NativeBase64 {
  toBase64?(): string;
}

/** The data of the event that a body becomes (contract §6): itself if it is JSON, a form as text, anything else as base64. */
export function carry(body: Uint8Array, contentType: string | undefined): Carried {
  const text = textOf(body);
  const isForm = contentType !== undefined && formType.test(contentType);
  if (text !== null && isJson(text) && !(isForm && !/^\s*[[{]/.test(text)))
    return { form: 'json', data: text };
  if (text !== null && isForm) return { form: 'form', data: `{"form":${JSON.stringify(text)}}` };
  return { form: 'bytes', data: `{"base64":"${base64Of(body)}"}` };
}

/** The provider's bytes again. `received` as `writeReceived` made it. */
export function bodyOf(data: string, received: string): Uint8Array {
  const form = formOf(received);
  if (form === 'json') return encoder.encode(data);
  if (form === 'form') return encoder.encode((JSON.parse(data) as { form: string }).form);
  return fromBase64((JSON.parse(data) as { base64: string }).base64) ?? new Uint8Array();
}

/** How the body stands in the data. */
export function formOf(received: string): Form {
  const end = received.indexOf('\n');
  return (end < 0 ? received : received.slice(0, end)) as Form;
}

/**
 * One text for the store: the form, then the headers that are kept, one part a line. Headers hold no line ends. A header whose
 * value is one of `secrets` is a key and no message: it stays out.
 */
export function writeReceived(form: Form, headers: FlatHeaders, secrets: readonly string[]): string {
  let text: string = form;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    if (notKept.test(name) || secrets.includes(headers[i + 1]!)) continue;
    const more = `\n${name}\n${headers[i + 1]!}`;
    if (text.length + more.length > limits.receivedHeaderChars) break;
    text += more;
  }
  return text;
}

/** The provider's headers, names in lower case, in the order they came. */
export function headersOf(received: string): FlatHeaders {
  return received.split('\n').slice(1);
}

function textOf(body: Uint8Array): string | null {
  try {
    return utf8.decode(body);
  } catch {
    return null;
  }
}

function isJson(text: string): boolean {
  try {
    checkJson(text);
    return true;
  } catch {
    return false;
  }
}

function base64Of(bytes: Uint8Array): string {
  return (bytes as NativeBase64).toBase64?.() ?? toBase64(bytes);
}

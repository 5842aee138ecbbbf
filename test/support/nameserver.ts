import { createSocket } from 'node:dgram';

/** What a name server says to one question: an error by its code (3: no such name), or addresses, which may be none. */
export interface NameAnswer {
  readonly code?: number;
  readonly addresses?: readonly string[];
  readonly ttlS?: number;
}

/** Answers a question, or nothing at all when it gives null. */
export type NameScript = (name: string, type: 'A' | 'AAAA') => NameAnswer | null;

export interface NameServer {
  /** `127.0.0.1:PORT`, as a resolver takes it. */
  readonly address: string;
  /** Questions so far, as `A name` or `AAAA name`. */
  readonly questions: readonly string[];
  close(): Promise<void>;
}

/** A DNS server on a free UDP port of 127.0.0.1. IPv6 addresses are written out in full (eight groups). */
export async function startNameServer(script: NameScript): Promise<NameServer> {
  const socket = createSocket('udp4');
  const questions: string[] = [];
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query);
    questions.push(`${type} ${name}`);
    const answer = script(name, type);
    if (answer) socket.send(writeAnswer(query.subarray(0, end), type, answer), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function readQuestion(query: Buffer): { name: string; type: 'A' | 'AAAA'; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1) === 1 ? 'A' : 'AAAA', end: at + 5 };
}

function writeAnswer(question: Buffer, type: 'A' | 'AAAA', answer: NameAnswer): Buffer {
  const addresses = answer.addresses ?? [];
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180 | (answer.code ?? 0), 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  const records = addresses.map((address) => {
    const data = type === 'A' ? Buffer.from(address.split('.').map(Number)) : groups(address);
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type === 'A' ? 1 : 28, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(answer.ttlS ?? 60, 6);
    record.writeUInt16BE(data.length, 10);
    return Buffer.concat([record, data]);
  });
  return Buffer.concat([head, ...records]);
}

function groups(address: string): Buffer {
  return Buffer.from(
    address
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
    'hex',
  );
}

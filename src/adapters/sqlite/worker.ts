import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import * as limits from '../../core/limits/store.ts';
import { type ReadName, readActs, type WriteName, writeActs } from './acts.ts';
import { copyTo, markClean } from './backup.ts';
import { type Act, type Result, runBatch } from './batch.ts';
import { openReader, openWriter } from './connection.ts';
import { Database } from './database.ts';
import {
  type Answer,
  errorTo,
  itemsOf,
  type Order,
  packedAnswer,
  type Role,
  type Sent,
  unpacked,
} from './messages.ts';
import { runRead } from './reading.ts';

/*
 * A thread of the store: the writer or a reader. It answers in the order it is asked. Whatever has come in when the writer is
 * free goes into one commit.
 */

const port = parentPort as MessagePort;
let isWriter = false;
let database: Database | null = null;
let inbox: Order[] = [];

port.on('message', (sent: Sent) => {
  inbox = inbox.concat(sent);
  while (inbox.length > 0) {
    drain();
    const acts = leadingActs();
    if (acts.length > 0)
      port.postMessage(runBatch(opened(), acts).map((result, i) => answerTo(acts[i]!, result)));
    else port.postMessage([answer(inbox.shift()!)]);
  }
});

/** Takes in what came while the last commit was under way. */
function drain(): void {
  for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port)) {
    inbox = inbox.concat(more.message as Sent);
  }
}

function leadingActs(): Act[] {
  let count = 0;
  let items = 0;
  while (count < inbox.length && items < limits.commitItems && inbox[count]!.name in writeActs) {
    items += itemsOf(inbox[count]!);
    count += 1;
  }
  return inbox
    .splice(0, count)
    .map(({ name, input }) => ({ name: name as WriteName, input: unpacked(name, input) }));
}

function answerTo({ name }: Act, result: Result): Answer {
  return 'value' in result ? packedAnswer(name, result.value) : { error: errorTo(result.error) };
}

function answer({ name, input }: Order): Answer {
  try {
    return { value: run(name, input) };
  } catch (error) {
    return { error: errorTo(error as Error) };
  }
}

function run(name: Order['name'], input: readonly unknown[]): unknown {
  if (name === 'open') {
    const { file, writes } = input[0] as Role;
    database = new Database(writes ? openWriter(file) : openReader(file));
    isWriter = writes;
  } else if (name === 'backup') {
    copyTo(opened().raw, input[0] as string);
  } else if (name === 'close') {
    if (isWriter) markClean(opened());
    opened().raw.close();
    database = null;
  } else if (name in readActs) {
    return runRead(opened(), name as ReadName, input);
  }
  return undefined;
}

function opened(): Database {
  if (database === null) throw new Error('The store is closed.');
  return database;
}

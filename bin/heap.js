// How V8 keeps a server's memory: its defaults suit pages that are looked at for minutes. Measured in docs/decisions/0009-where-the-time-goes.md.
import os from 'node:os';
import v8 from 'node:v8';

/**
 * Half of the young generation, in MB; it is grown into under load. The larger it is, the more of what belongs to an event is
 * gone before anybody looks whether it is still needed. V8 takes it from the command line alone.
 */
const youngGeneration = '--max-semi-space-size=64';

/** With less memory than this for all there is, it has better uses. */
const enoughBytes = 1.5 * 2 ** 30;

/**
 * How long a server has little to do before it gives memory back. V8 does so after eight seconds; with the memory go the shapes of
 * objects that compiled code was made for, and what comes next pays for compiling it anew.
 */
const giveBackAfterMs = 600_000;

/**
 * Makes this process one that is fit to serve; where nothing else helps it begins again, as the same process, so call it first of
 * all. Nodes before 26 stay as they are: they lack the one flag, and call the other way experimental, aloud.
 */
export function becomeServer() {
  if (Number.parseInt(process.versions.node, 10) < 26) return;
  const flags = serverFlags(process.execArgv);
  // A channel to the process that started this one would not outlive it. Windows has no such call.
  if (flags !== process.execArgv && !process.channel && process.platform !== 'win32')
    process.execve(process.execPath, [process.execPath, ...flags, ...process.argv.slice(1)], process.env);
  v8.setFlagsFromString(`--memory-reducer-delay-ms=${giveBackAfterMs}`);
}

/** Flags for a Node that is to serve: these, with what they lack. What somebody chose stays. */
export function serverFlags(
  flags,
  { memoryBytes = memory(), options = process.env.NODE_OPTIONS ?? '' } = {},
) {
  const isChosen = /semi[-_]space/.test([...flags, options].join(' '));
  return isChosen || memoryBytes < enoughBytes ? flags : [...flags, youngGeneration];
}

/** Of this machine, or what its container lets it have. */
function memory() {
  return Math.min(os.totalmem(), process.constrainedMemory() || Infinity);
}

/** Which changes, of those that the server's stream tells of, make what an address answers another. */
const tellers: [address: RegExp, kinds: readonly string[]][] = [
  [/^\/v1\/events(\?|$)/, ['event']],
  [/^\/v1\/events\//, ['delivery']],
  [/^\/v1\/deliveries(\?|$)/, ['event', 'delivery']],
  [/^\/v1\/(deliveries\/|dead-letters)/, ['delivery']],
  [/^\/v1\/sources\/[^/?]+\/requests/, ['request', 'event']],
  [/^\/v1\/orders/, ['order']],
  [/^\/v1\/alerts(\/|\?|$)/, ['alert']],
  [/^\/v1\/endpoints(\?|$|\/[^/?]+$)/, ['endpoint']],
  [/^\/v1\/replays/, ['replay', 'delivery']],
];

/** Empty: the stream says nothing about it, so that it has to be asked for. */
export function kindsAbout(path: string): readonly string[] {
  return tellers.find(([address]) => address.test(path))?.[1] ?? [];
}

import { useSyncExternalStore } from 'react';

/** A value that all of the page shares. */
export interface Watched<T> {
  get(): T;
  /** Shows it anew wherever it is used. */
  set(next: T): void;
  /** A hook: the value as it is now. */
  useIt(): T;
}

export function watched<T>(first: T): Watched<T> {
  let value = first;
  const listeners = new Set<() => void>();
  const listen = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const get = (): T => value;
  return {
    get,
    set(next) {
      value = next;
      for (const listener of listeners) listener();
    },
    useIt: () => useSyncExternalStore(listen, get),
  };
}

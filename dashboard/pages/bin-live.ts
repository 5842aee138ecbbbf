import { type InfiniteData, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Caught } from '../api/bin.ts';
import { open } from '../api/client.ts';
import { eventsOf } from '../api/stream.ts';
import type { Page } from '../api/types.ts';

const againMs = 3000;
/** Of what came while one looks, so many stay in the list; the others are one page further. */
const rowsAtOnce = 100;

/** Puts what the bin catches on top of its list as it comes. Answers whether it is connected. */
export function useCaughtLive(id: string): boolean {
  const client = useQueryClient();
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    const path = `/v1/bins/${id}`;
    const key = ['list', `${path}/requests`, {}];
    const control = new AbortController();
    const watch = async (): Promise<void> => {
      while (!control.signal.aborted) {
        try {
          const body = await open(`${path}/stream`, control.signal);
          setLive(true);
          for await (const { event, data } of eventsOf(body))
            if (event === 'request') client.setQueryData(key, withNew(JSON.parse(data) as Caught));
        } catch {
          // The server stopped, or this page is left.
        }
        if (control.signal.aborted) return;
        setLive(false);
        await new Promise((resolve) => window.setTimeout(resolve, againMs));
        // What came meanwhile is in the list.
        void client.invalidateQueries({ queryKey: key });
      }
    };
    void watch();
    return () => control.abort();
  }, [id, client]);
  return isLive;
}

function withNew(caught: Caught) {
  return (before: InfiniteData<Page<Caught>> | undefined): InfiniteData<Page<Caught>> | undefined => {
    const [first, ...rest] = before?.pages ?? [];
    if (before === undefined || first === undefined) return before;
    if (first.data.some(({ id }) => id === caught.id)) return before;
    const data = [caught, ...first.data].slice(0, rowsAtOnce);
    return { ...before, pages: [{ ...first, data }, ...rest] };
  };
}

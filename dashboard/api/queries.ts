import {
  keepPreviousData,
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect } from 'react';
import { say } from '../parts/notice.tsx';
import { ApiError, api, ask, sendCsrf, withQuery } from './client.ts';
import { useEvery } from './live.ts';
import type { Current, Page } from './types.ts';

/** Pages of a list that are kept: what is shown stays bounded. */
const pagesKept = 20;
/** Pages may be short where a filter matches little: so many are asked for by themselves, until there are so many rows. */
const pagesByThemselves = 15;
const rowsWanted = 25;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2000,
      retry: (count, error) =>
        count < 2 && !(error instanceof ApiError && error.status > 0 && error.status < 500),
    },
  },
});

/** Who is signed in; null: nobody. */
export const currentQuery = {
  queryKey: ['current'],
  staleTime: 60_000,
  queryFn: async (): Promise<Current | null> => {
    try {
      const current = await api<Current>('GET', '/v1/sessions/current');
      sendCsrf(current.csrf);
      return current;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
};

export function useCurrent(): Current | null {
  return useQuery(currentQuery).data ?? null;
}

/** Whether who is signed in may do what needs this scope, or (`admin`) everything. */
export function useMay(right: 'manage' | 'publish' | 'admin'): boolean {
  const current = useCurrent();
  if (current === null) return false;
  return current.role === 'owner' || (right !== 'admin' && current.scopes.includes(right));
}

interface OneOptions<T> {
  /** How often to ask where the stream does not tell. */
  everyMs?: number;
  /** Reads the answer's text, where parsing would lose some of it. One address is read in one such way only. */
  read?: (text: string) => T;
}

/** One object; the old one stays while a new one is on its way. */
export function useOne<T>(path: string | null, options: OneOptions<T> = {}) {
  const { read } = options;
  const refetchInterval = useEvery(path, options.everyMs);
  return useQuery({
    queryKey: [read === undefined ? 'one' : 'read', path],
    queryFn: async () => (read === undefined ? api<T>('GET', path!) : read(await ask('GET', path!))),
    enabled: path !== null,
    placeholderData: keepPreviousData,
    refetchInterval,
  });
}

/** The one thing of a list that an id names. While it is on its way, no other one stands in its place. */
export function useThing<T>(list: string, id: string, options: OneOptions<T> = {}) {
  const found = useOne<T>(`${list}/${encodeURIComponent(id)}`, options);
  return { ...found, data: found.isPlaceholderData ? undefined : found.data };
}

/** The rows of a list that one page holds; none while they are on their way. */
export function useRows<T>(path: string | null): T[] {
  return useOne<Page<T>>(path).data?.data ?? [];
}

type Query = Record<string, string | number | null | undefined>;

/** A list, page by page. `everyMs` as in `useOne`. */
export function useList<T>(path: string, query: Query = {}, options: { everyMs?: number | false } = {}) {
  const refetchInterval = useEvery(path, options.everyMs);
  const found = useInfiniteQuery({
    queryKey: ['list', path, query],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => api<Page<T>>('GET', withQuery(path, { ...query, cursor: pageParam })),
    getNextPageParam: (last) => last.nextCursor,
    maxPages: pagesKept,
    placeholderData: keepPreviousData,
    refetchInterval,
  });
  const pages = found.data?.pages ?? [];
  const rows = pages.flatMap((page) => page.data);
  const { fetchNextPage, hasNextPage, isFetching } = found;
  const goesOn = hasNextPage && !isFetching && rows.length < rowsWanted && pages.length < pagesByThemselves;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);
  return { ...found, rows };
}

/** An act: says how it went, and has what is shown read again, for one that failed may have been done in part. */
export function useAct<Input = void, T = unknown>(
  act: (input: Input) => Promise<T>,
  options: { done?: string | ((result: T) => string); then?: (result: T) => void; quiet?: boolean } = {},
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => void client.invalidateQueries(),
    onSuccess: (result) => {
      const { done } = options;
      if (done !== undefined) say(typeof done === 'string' ? done : done(result));
      options.then?.(result);
    },
    onError: (error) => {
      if (options.quiet !== true) say(error.message, 'bad');
    },
  });
}

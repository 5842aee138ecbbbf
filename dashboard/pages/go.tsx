import { useQuery } from '@tanstack/react-query';
import { Navigate, useParams } from '@tanstack/react-router';
import { ApiError, api } from '../api/client.ts';
import { Page } from '../parts/page.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';

/** Leads to what an id names where the id alone does not say on which page that is. */
export function Go() {
  const { id } = useParams({ from: '/go/$id' });
  const found = useQuery({ queryKey: ['go', id], queryFn: () => placeOf(id) });
  if (found.data != null) return <Navigate to={found.data} replace />;
  return (
    <Page title="Find an id">
      {found.isPending ? <Loading what="what it names" /> : null}
      {found.isError ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {found.data === null ? (
        <Empty title="Nothing has this id">
          <span className="font-mono text-xs break-all">{id}</span>
          <span className="mt-1 block">It may be older than what is kept, or belong to another account.</span>
        </Empty>
      ) : null}
    </Page>
  );
}

/** Null: nothing has this id. */
async function placeOf(id: string): Promise<string | null> {
  const name = encodeURIComponent(id);
  if (id.startsWith('srq_')) {
    const request = await found<{ sourceId: string }>(`/v1/source-requests/${name}`);
    return request === null ? null : `/sources/${request.sourceId}?request=${name}`;
  }
  if ((await found(`/v1/alerts/${name}`)) !== null) return `/alerts/${name}`;
  if ((await found(`/v1/alert-rules/${name}`)) !== null) return '/alerts/rules';
  return (await found(`/v1/alert-channels/${name}`)) === null ? null : '/alerts/channels';
}

async function found<T>(path: string): Promise<T | null> {
  try {
    return await api<T>('GET', path);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return null;
    throw error;
  }
}

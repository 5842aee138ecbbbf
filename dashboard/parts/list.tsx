import type { MouseEvent, ReactNode } from 'react';
import { type useList, useOne } from '../api/queries.ts';
import { portalBase } from '../portal/portal.ts';
import { Button } from './button.tsx';
import { type Choice, ChoiceBox, ChoiceOfAll } from './choice.tsx';
import { Empty, Failed, Loading, NoMatch } from './states.tsx';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  /** Left out where the list stands beside what is open. */
  isWideOnly?: boolean;
  /** Left out only where the list is as narrow as a telephone. */
  isRoomyOnly?: boolean;
  isNumber?: boolean;
  /** As wide as what it holds, never cut. */
  isTight?: boolean;
}

/** Of the link by which a row opens. */
export const rowLinkClass = 'font-medium text-text no-underline hover:underline';

interface Props<Row> {
  /** What it lists, in the plural: `deliveries`. */
  what: string;
  found: ReturnType<typeof useList<Row>>;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  /** The row that is open beside the list. */
  selected?: string | undefined;
  filters?: { isFiltered: boolean; clear: () => void };
  /** Where rows can be chosen; their first column has a box. */
  choice?: Choice | undefined;
  /** What a row is called where its box is. */
  rowName?: (row: Row) => string;
  /** What ends and is forgotten after a while: says after how long. */
  isKeptAWhile?: boolean;
  empty: { title: string; text: ReactNode; act?: ReactNode };
}

/** A table with its four states: loading, empty with one act, no match, error with another try. */
export function List<Row>(props: Props<Row>) {
  const {
    what,
    found,
    columns,
    rowKey,
    selected,
    filters,
    choice,
    rowName = rowKey,
    isKeptAWhile = false,
    empty,
  } = props;
  if (found.isPending) return <Loading what={what} />;
  if (found.isError && found.rows.length === 0)
    return <Failed error={found.error} retry={() => void found.refetch()} clear={filters?.clear} />;
  if (found.rows.length === 0 && !found.hasNextPage) {
    if (filters?.isFiltered) return <NoMatch what={what} clear={filters.clear} />;
    return (
      <Empty title={empty.title} act={empty.act}>
        {empty.text}
      </Empty>
    );
  }
  return (
    <div className="@container">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{what}</caption>
        <thead>
          <tr className="border-b border-line text-left text-xs text-muted">
            {choice === undefined ? null : (
              <th scope="col" className="w-px pl-3">
                <ChoiceOfAll choice={choice} />
              </th>
            )}
            {columns.map((column) => (
              <th key={column.title} scope="col" className={`${cellClass(column)} h-8 font-medium`}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.rows.map((row) => (
            <tr
              key={rowKey(row)}
              data-row
              onClick={openRow}
              aria-current={rowKey(row) === selected ? 'true' : undefined}
              className="h-9 border-b border-line focus-within:bg-tint hover:bg-raised aria-[current=true]:bg-tint"
            >
              {choice === undefined ? null : (
                <td className="w-px pl-3">
                  <ChoiceBox choice={choice} id={rowKey(row)} name={rowName(row)} />
                </td>
              )}
              {columns.map((column) => (
                <td key={column.title} className={cellClass(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div className="flex items-center gap-3 px-4 py-3 text-xs text-muted">
        {found.hasNextPage ? (
          <Button disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {found.isFetchingNextPage ? 'Loading …' : 'Show older'}
          </Button>
        ) : (
          <span>
            {found.rows.length.toLocaleString()} in all, nothing older.{isKeptAWhile ? <KeptFor /> : null}
          </span>
        )}
      </div>
    </div>
  );
}

function KeptFor() {
  // Those who come by a portal are not told how the server is set up.
  const kept = useOne<{ events: string }>(portalBase === null ? '/v1/retention' : null).data;
  return kept === undefined ? null : ` What has ended is kept for ${kept.events}.`;
}

/** A click anywhere in a row does what its first link does; other links and buttons, and selecting text, are left alone. */
function openRow(event: MouseEvent<HTMLTableRowElement>): void {
  const isAct = (event.target as Element).closest('a, button, input, label, summary') !== null;
  if (isAct || window.getSelection()?.toString()) return;
  event.currentTarget.querySelector('a')?.click();
}

function cellClass<Row>({ isWideOnly, isRoomyOnly, isNumber, isTight }: Column<Row>): string {
  const width = isTight ? 'w-px whitespace-nowrap' : 'max-w-0 truncate';
  const from = isWideOnly ? 'hidden @4xl:table-cell' : isRoomyOnly ? 'hidden @lg:table-cell' : '';
  return `${width} px-3 py-1 first:pl-4 last:pr-4 ${from} ${isNumber ? 'text-right' : ''}`;
}

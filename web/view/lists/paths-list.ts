import type { Client } from '../../api/client.ts';
import { loadPaths, pathSorts, type PathQuery, type PathRow, type PathRows } from '../../api/load-paths.ts';
import type { Report } from '../../api/load-report.ts';
import { otherKey } from '../../figures/key-lists.ts';
import { orderOf } from '../../figures/list-page.ts';
import { otherPaths } from '../../figures/path-rows.ts';
import type { PathChoice } from '../../figures/path-kinds.ts';
import type { Detail } from '../../state/detail.ts';
import type { ListState } from '../../state/list-state.ts';
import { pathTable } from '../../text/download-tables.ts';
import { describeFailure } from '../../text/failures.ts';
import { formatCount, formatShare } from '../../text/format.ts';
import { formatBytes, formatMilliseconds } from '../../text/measures.ts';
import { openPageSummary } from '../../text/page-summary.ts';
import { downloadTable } from '../download.ts';
import { create } from '../elements.ts';
import { requestsColumn } from './columns.ts';
import { detailButton } from './detail-button.ts';
import { pathLabel } from './labels.ts';
import { createListTable } from './list-table.ts';

export interface PathsListContext {
  readonly client: Client;
  readonly onChange: (change: Partial<ListState>, isTyping: boolean) => void;
  readonly onDetail: (detail: Detail) => void;
}

/** The paths of a report. The pipeline searches and sorts them, since there may be 50,000. */
export interface PathsList {
  readonly element: HTMLElement;
  /** @param isNew  true if the counts may have changed since the last call */
  show(report: Report, state: ListState, kind: PathChoice, isNew: boolean): void;
}

const pageLength = 20;

export function createPathsList({ client, onChange, onDetail }: PathsListContext): PathsList {
  let shown: { readonly report: Report; readonly state: ListState; readonly kind: PathChoice } | undefined;
  /** The rows that were loaded last, and the name of their query. */
  let loaded: { readonly name: string; readonly paths: PathRows } | undefined;
  /** The query and the page that are loading, and those that the table shows. */
  let loadingPage: string | undefined;
  let renderedPage: string | undefined;
  let controller = new AbortController();
  let most = 0;

  const path = ({ key, requests }: PathRow): Node => {
    if (key === otherKey) return create('span', 'bar', create('span', 'label rest', key));
    const track = create('span', 'track');
    track.style.width = `${(100 * requests) / Math.max(most, requests, 1)}%`;
    return create(
      'span',
      'bar',
      track,
      detailButton(pathLabel(key), () => onDetail({ dimension: 'path', key })),
    );
  };
  const table = createListTable<PathRow>({
    name: 'paths',
    title: 'Paths',
    noun: 'paths',
    columns: [
      { name: 'key', label: 'Path', direction: 'ascending', isSortable: false, cell: path },
      requestsColumn,
      {
        name: 'errors',
        label: 'Failed',
        direction: 'descending',
        cell: ({ errors, requests }) =>
          create(
            'span',
            errors === 0 ? '' : 'failed',
            errors === 0
              ? '0'
              : `${formatCount(errors)} (${formatShare(errors / Math.max(requests, errors))})`,
          ),
      },
      {
        name: 'bytes',
        label: 'Bytes',
        direction: 'descending',
        cell: ({ bytes }) => (bytes === undefined ? '–' : formatBytes(bytes)),
      },
      {
        name: 'meanMs',
        label: 'Mean',
        direction: 'descending',
        cell: ({ meanMs }) => (meanMs === undefined ? '–' : formatMilliseconds(meanMs)),
      },
    ],
    sortedBy: 'requests',
    isReversible: false,
    keyOf: ({ key }) => key,
    onChange,
    onDownload: () => void download(),
  });

  const queryOf = ({ customer, range }: Report, state: ListState, kind: PathChoice): PathQuery => {
    const { column } = orderOf(state, pathSorts, 'requests');
    const sort = pathSorts.find((name) => name === column) ?? 'requests';
    return { customer, range, search: state.search, sort, kind };
  };

  const render = ({ rows, hasMore, ...folded }: PathRows, state: ListState, problem?: string) => {
    const pages = Math.max(1, Math.ceil(rows.length / pageLength));
    const page = Math.min(state.page, pages);
    const start = (page - 1) * pageLength;
    const ofPage = rows.slice(start, start + pageLength);
    most = Math.max(0, ...rows.map(({ requests }) => requests));
    table.show(state, {
      rows: ofPage,
      all: rows,
      hasMore,
      rest: otherPaths({ rows, hasMore, ...folded }),
      none: problem ?? (state.search === '' ? 'No paths' : `No path contains “${state.search}”.`),
      isSearchable: rows.length > pageLength || hasMore || state.search !== '',
      note:
        folded.folded === 0
          ? ''
          : `${otherKey}: requests whose path was not kept, because there were too many different ones. A count may be too low by that many.`,
      summary: openPageSummary(start, ofPage.length, rows.length, hasMore),
      page,
      hasNext: page < pages || hasMore,
      isPart: state.search !== '',
    });
  };

  const load = async (query: PathQuery, state: ListState, name: string, page: string) => {
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    loadingPage = page;
    renderedPage = undefined;
    table.setBusy(true);
    try {
      // One row more than the page has says whether there is a next page.
      const paths = await loadPaths(query, state.page * pageLength + 1, client, signal);
      if (signal.aborted) return;
      loaded = { name, paths };
      render(paths, state);
      renderedPage = page;
    } catch (error) {
      if (signal.aborted) return;
      loaded = undefined;
      const { title, text } = describeFailure(error);
      const none = { rows: [], folded: 0, foldedErrors: 0, hasMore: false };
      render(none, state, `${title}. ${text}`);
    } finally {
      if (!signal.aborted) loadingPage = undefined;
    }
  };

  const download = async () => {
    if (shown === undefined) return;
    const { report, state, kind } = shown;
    try {
      const paths = await loadPaths(
        queryOf(report, state, kind),
        Infinity,
        client,
        new AbortController().signal,
      );
      downloadTable(report, 'paths', pathTable([...paths.rows, ...otherPaths(paths)], report.total));
    } catch (error) {
      const { title, text } = describeFailure(error);
      table.showProblem(`The list could not be downloaded. ${title}. ${text}`);
    }
  };

  return {
    element: table.element,
    show(report, state, kind, isNew) {
      shown = { report, state, kind };
      const query = queryOf(report, state, kind);
      const name = JSON.stringify(query);
      const page = `${name} ${state.page}`;
      // Each look at unchanged figures would otherwise begin a slow load anew, and replace rows by the same ones.
      if (!isNew && (page === loadingPage || page === renderedPage)) return;
      const has = loaded?.name === name && !isNew ? loaded.paths : undefined;
      if (has !== undefined && (has.rows.length > state.page * pageLength || !has.hasMore)) {
        controller.abort();
        loadingPage = undefined;
        render(has, state);
        renderedPage = page;
      } else {
        void load(query, state, name, page);
      }
    },
  };
}

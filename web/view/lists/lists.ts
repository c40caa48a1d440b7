import type { Client } from '../../api/client.ts';
import { keysOfTotal, type Report } from '../../api/load-report.ts';
import { keyLists, keyRowsOf, rowsOfKind, type KeyList } from '../../figures/key-lists.ts';
import type { Detail } from '../../state/detail.ts';
import type { PathChoice } from '../../figures/path-kinds.ts';
import { listState, type ListState } from '../../state/list-state.ts';
import type { View } from '../../state/url-state.ts';
import { keyTable } from '../../text/download-tables.ts';
import { downloadTable } from '../download.ts';
import { create, element, setText } from '../elements.ts';
import { createKeyList } from './key-list.ts';
import { createPathsList } from './paths-list.ts';

export interface ListsContext {
  readonly client: Client;
  readonly onChange: (name: string, change: Partial<ListState>, isTyping: boolean) => void;
  readonly onDetail: (detail: Detail) => void;
}

/** The lists of a report: of paths, agents, statuses and the other things that are counted. */
export interface Lists {
  /** @param isNew  true if the counts may have changed since the last call */
  show(report: Report, chosen: Pick<View, 'lists' | 'paths'>, isNew: boolean): void;
}

export function createLists({ client, onChange, onDetail }: ListsContext): Lists {
  let shown: Report | undefined;
  let kind: PathChoice = 'all';
  let shownLooks = '';
  /** The list to download once it is loaded. */
  let awaited: KeyList | undefined;
  const download = (list: KeyList) => {
    if (shown === undefined) return;
    const { total } = shown;
    const rows = keyRowsOf(list, total, keysOfTotal);
    awaited = rows === undefined ? list : undefined;
    if (rows === undefined) return;
    downloadTable(shown, list.name, keyTable(list.csvName, rowsOfKind(list, rows, kind), total));
  };
  const lists = keyLists.map((list) => ({
    list,
    shown: createKeyList(list, { onChange, onDownload: download, onDetail }),
  }));
  const paths = createPathsList({
    client,
    onChange: (change, isTyping) => onChange('paths', change, isTyping),
    onDetail,
  });
  element('lists', HTMLDivElement).replaceChildren(
    paths.element,
    ...lists.map(({ shown }) => shown.element),
    withId(create('p', 'list-absent'), 'lists-absent'),
  );

  return {
    show(report, { lists: states, paths: chosenKind }, isNew) {
      shown = report;
      kind = chosenKind;
      paths.show(report, listState(states, 'paths'), kind, isNew);
      // Rows that stay the same are not made anew: somebody may be selecting their text.
      const looks = JSON.stringify([states, kind, report.total.topErrorPaths]);
      if (!isNew && looks === shownLooks) return;
      shownLooks = looks;
      for (const { list, shown } of lists) shown.show(report, listState(states, list.name), kind);
      const absent = keyLists.filter(
        ({ isOptional, countsOf }) => isOptional && countsOf(report.total)?.length === 0,
      );
      if (awaited !== undefined) download(awaited);
      setText('lists-absent', absent.length === 0 ? '' : describeAbsent(absent));
    },
  };
}

function describeAbsent(lists: readonly KeyList[]): string {
  const nouns = new Intl.ListFormat('en', { type: 'disjunction' }).format(lists.map(({ noun }) => noun));
  return `No entry of this period has ${nouns}.`;
}

function withId<E extends HTMLElement>(created: E, id: string): E {
  created.id = id;
  return created;
}

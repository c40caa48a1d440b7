import type { KeyCount } from '../api/answers.ts';
import { formatCount, formatShare } from '../text/format.ts';
import { create, element } from './elements.ts';

export interface RankingOptions {
  /** Id of the table's body; the button that shows more rows has the id with `-more` appended. */
  readonly id: string;
  readonly none: string;
  /** Label for the requests that no listed key accounts for. */
  readonly rest: string;
  readonly label: (key: string) => readonly (string | Node)[];
  /** Returns a class for the bar behind the label. */
  readonly barClass?: (key: string) => string;
}

/** A table of keys by requests. It shows the first rows until the user asks for all. */
export interface Ranking {
  show(counts: readonly KeyCount[], total: number): void;
}

const shownAtFirst = 8;

export function createRanking({ id, none, rest, label, barClass = () => '' }: RankingOptions): Ranking {
  const body = element(id, HTMLTableSectionElement);
  const more = element(`${id}-more`, HTMLButtonElement);
  let counts: readonly KeyCount[] = [];
  let total = 0;
  let showsAll = false;

  const row = ({ key, requests }: KeyCount): HTMLTableRowElement => {
    const track = create('span', `track ${barClass(key)}`.trim());
    track.style.width = `${(100 * requests) / (counts[0]?.requests ?? requests)}%`;
    return cells(requests, track, create('span', 'label', ...label(key)));
  };
  const restRow = (requests: number) => cells(requests, create('span', 'label rest', rest));
  const cells = (requests: number, ...content: readonly Node[]): HTMLTableRowElement => {
    const head = create('th', '', ...content);
    head.scope = 'row';
    head.title = head.textContent;
    const share = formatShare(total === 0 ? 0 : requests / total);
    return create('tr', '', head, create('td', '', formatCount(requests)), create('td', '', share));
  };

  const render = () => {
    const isShort = counts.length <= shownAtFirst;
    const shown = showsAll ? counts : counts.slice(0, shownAtFirst);
    const unlisted = counts.reduce((left, { requests }) => left - requests, total);
    const restRows = unlisted > 0 && (isShort || showsAll) ? [restRow(unlisted)] : [];
    body.replaceChildren(...(shown.length > 0 ? [...shown.map(row), ...restRows] : [noneRow(none)]));
    more.hidden = isShort;
    more.textContent = showsAll ? `Show the first ${shownAtFirst}` : `Show all ${formatCount(counts.length)}`;
    more.setAttribute('aria-expanded', String(showsAll));
  };
  more.addEventListener('click', () => {
    showsAll = !showsAll;
    render();
  });

  return {
    show(newCounts, newTotal) {
      counts = newCounts;
      total = newTotal;
      render();
    },
  };
}

function noneRow(text: string): HTMLTableRowElement {
  const cell = create('td', 'none', text);
  cell.colSpan = 3;
  return create('tr', '', cell);
}

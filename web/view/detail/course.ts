import type { CourseBucket } from '../../figures/course.ts';
import type { Unit } from '../../period/period.ts';
import type { Detail } from '../../state/detail.ts';
import { capitalise, formatCount, formatUnit } from '../../text/format.ts';
import { createBars } from '../bars.ts';
import { create } from '../elements.ts';

/** The requests of a key over time, as bars and as a table. */
export interface Course {
  readonly element: HTMLElement;
  /** @param buckets  `undefined` while they are loading */
  show(detail: Detail, buckets: readonly CourseBucket[] | undefined, unit: Unit, zone: string): void;
  showProblem(text: string): void;
}

export function createCourse(): Course {
  const heading = create('h3', '', 'Over time');
  const problem = create('p', 'detail-text');
  const drawing = create('div', 'course-bars');
  const caption = create('p', 'course-caption');
  const head = create('thead', '');
  const body = create('tbody', '');
  const scroller = create('div', 'scroller', create('table', 'series', head, body));
  scroller.tabIndex = 0;
  scroller.setAttribute('role', 'region');
  scroller.ariaLabel = 'Requests over time, as a table';
  const table = create('details', 'course-table', create('summary', '', 'As a table'), scroller);
  const element = create('section', 'detail-part', heading, problem, drawing, caption, table);

  return {
    element,
    show({ dimension }, buckets, unit, zone) {
      problem.hidden = buckets !== undefined;
      drawing.hidden = caption.hidden = table.hidden = buckets === undefined;
      if (buckets === undefined) {
        problem.textContent = 'Loading …';
        return;
      }
      const isPath = dimension === 'path';
      const text = captionOf(buckets, isPath, unit, zone);
      drawing.replaceChildren(createBars(buckets, text));
      caption.textContent = text;
      head.replaceChildren(rowOf('th', [capitalise(unit), 'Requests', ...(isPath ? ['Failed'] : [])]));
      body.replaceChildren(
        ...buckets
          .toReversed()
          .map(({ from, to, requests, errors, isKnown }) =>
            rowOf('td', [
              formatUnit(from, to, unit, zone),
              isKnown
                ? formatCount(requests)
                : requests === 0
                  ? 'Not known'
                  : `${formatCount(requests)} or more`,
              ...(isPath ? [formatCount(errors)] : []),
            ]),
          ),
      );
    },
    showProblem(text) {
      problem.hidden = false;
      problem.textContent = text;
      drawing.hidden = caption.hidden = table.hidden = true;
    },
  };
}

function captionOf(buckets: readonly CourseBucket[], hasErrors: boolean, unit: Unit, zone: string): string {
  const [first] = buckets;
  const last = buckets.at(-1);
  if (first === undefined || last === undefined) return '';
  const most = Math.max(...buckets.map(({ requests }) => requests));
  const from = formatUnit(first.from, first.to, unit, zone);
  const to = formatUnit(last.from, last.to, unit, zone);
  const unknown = buckets.filter(({ isKnown }) => !isKnown).length;
  return [
    `${from} to ${to}, at most ${formatCount(most)} requests in one ${unit}.`,
    ...(hasErrors ? ['Red: failed.'] : []),
    ...(unknown === 0
      ? []
      : [
          `In ${formatCount(unknown)} of ${formatCount(buckets.length)} it is not among the 50 largest, and so not shown.`,
        ]),
  ].join(' ');
}

function rowOf(kind: 'th' | 'td', texts: readonly string[]): HTMLTableRowElement {
  const cells = texts.map((text, place) => {
    const isHead = kind === 'th' || place === 0;
    const cell = create(isHead ? 'th' : 'td', '', text);
    if (isHead) cell.scope = kind === 'th' ? 'col' : 'row';
    return cell;
  });
  return create('tr', '', ...cells);
}

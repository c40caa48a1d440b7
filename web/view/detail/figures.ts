import type { Total } from '../../api/answers.ts';
import { sumOfCourse, type CourseBucket } from '../../figures/course.ts';
import { keyLists } from '../../figures/key-lists.ts';
import type { Detail } from '../../state/detail.ts';
import { formatCount, formatShare } from '../../text/format.ts';
import { formatBytes, formatMilliseconds } from '../../text/measures.ts';
import { create } from '../elements.ts';

/** The figures of a key: how many requests, and for paths what else is counted of them. */
export interface DetailFigures {
  readonly element: HTMLElement;
  /** @param course  `undefined` while it is loading */
  show(detail: Detail, total: Total, course: readonly CourseBucket[] | undefined): void;
}

interface Figure {
  readonly name: string;
  readonly number: string;
  readonly note: string;
}

export function createDetailFigures(): DetailFigures {
  const element = create('dl', 'detail-figures');
  return {
    element,
    show(detail, total, course) {
      const figures = detail.dimension === 'path' ? pathFigures(total, course) : keyFigures(detail, total);
      element.replaceChildren(
        ...figures.map(({ name, number, note }) =>
          create(
            'div',
            '',
            create('dt', '', name),
            create('dd', '', create('strong', 'number', number), create('span', 'note', note)),
          ),
        ),
      );
    },
  };
}

function keyFigures({ dimension, key }: Detail, total: Total): Figure[] {
  const counts = keyLists.find((list) => list.dimension === dimension)?.countsOf(total) ?? [];
  const found = counts.find((count) => count.key === key);
  if (found === undefined)
    return [{ name: 'Requests', number: '–', note: 'not among the keys listed in this period' }];
  const note = `${formatShare(found.requests / Math.max(total.requests, 1))} of all requests`;
  return [{ name: 'Requests', number: formatCount(found.requests), note }];
}

function pathFigures(total: Total, course: readonly CourseBucket[] | undefined): Figure[] {
  if (course === undefined)
    return ['Requests', 'Failed', 'Bytes', 'Mean duration'].map((name) => ({ name, number: '…', note: '' }));
  const { requests, errors, bytes, meanMs } = sumOfCourse(course);
  return [
    {
      name: 'Requests',
      number: formatCount(requests),
      note: `${formatShare(requests / Math.max(total.requests, requests, 1))} of all requests`,
    },
    {
      name: 'Failed',
      number: formatCount(errors),
      note: requests === 0 ? '' : `${formatShare(errors / requests)} of its requests`,
    },
    {
      name: 'Bytes',
      number: bytes === undefined ? '–' : formatBytes(bytes),
      note: bytes === undefined ? 'not sent with the entries' : 'sum of what was sent',
    },
    {
      name: 'Mean duration',
      number: meanMs === undefined ? '–' : formatMilliseconds(meanMs),
      note: meanMs === undefined ? 'not sent with the entries' : 'of the requests with a duration',
    },
  ];
}

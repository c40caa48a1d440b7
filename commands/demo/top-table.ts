import { keepLargest } from '../../lib/domain/folding.ts';
import type { DemoCustomer } from './customers.ts';
import type { ServedCounts } from './served-counts.ts';
import { whole } from '../whole.ts';

const most = 6;
const gap = '   ';

/** Formats the most frequent paths, user agents and statuses of one customer side by side. */
export function topTable({ id }: DemoCustomer, { requests, counts }: ServedCounts): string {
  const columns = [
    column('PATHS', counts.requestsByPath),
    column('AGENTS', counts.requestsByUserAgent),
    column('STATUSES', counts.requestsByStatus),
  ];
  const lines = Array.from({ length: most + 2 }, (_, line) => {
    const texts = columns.map((texts) => (texts[line] ?? '').padEnd(widthOf(texts)));
    return `  ${texts.join(gap)}`.trimEnd();
  });
  return [`${id}  ${whole(requests)} requests`, ...lines.filter((line) => line !== '')].join('\n');
}

function column(heading: string, counts: ReadonlyMap<string, number>): string[] {
  const rows = [...keepLargest(counts, most)].map(([key, requests]) => [whole(requests), key] as const);
  const width = Math.max(...rows.map(([number]) => number.length), 0);
  return [heading, ...rows.map(([number, key]) => `${number.padStart(width)}  ${key}`)];
}

function widthOf(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}

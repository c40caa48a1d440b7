import type { Rejections } from '../api/answers.ts';
import { formatCount, formatMoment } from './format.ts';

const maxReasons = 3;

/** Describes the entries that were rejected lately, with the latest different reasons. */
export function describeRejections(
  { entries, since, reasons }: Rejections,
  now: number,
  zone: string,
): string {
  const isOne = entries === 1;
  const what = isOne ? '1 entry was' : `${formatCount(entries)} entries were`;
  const latest = [...new Set(reasons)].slice(0, maxReasons).join('; ');
  const title = `${what} rejected since ${formatMoment(since, now, zone)}, and ${isOne ? 'is' : 'are'} not counted.`;
  return latest === '' ? title : `${title} Latest reasons: ${latest}.`;
}

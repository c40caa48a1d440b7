import type { KeyCount } from '../api/answers.ts';
import { pathKindOf, type PathChoice } from '../figures/path-kinds.ts';
import { formatCount, formatShare } from '../text/format.ts';

const meanings = {
  pages: 'Pages are all paths that are not assets',
  assets:
    'Assets are files that pages load: scripts, styles, pictures, fonts, sound and film, by their extension',
} as const;

/**
 * Explains what the choice of pages or assets applies to, and counts their requests; empty if it is all.
 * @param requests  of all paths, also of those that are not listed
 */
export function describePathKind(chosen: PathChoice, paths: readonly KeyCount[], requests: number): string {
  if (chosen === 'all') return '';
  const sum = (counts: readonly KeyCount[]) => counts.reduce((total, count) => total + count.requests, 0);
  const ofKind = sum(paths.filter(({ key }) => pathKindOf(key) === chosen));
  const unlisted = requests - sum(paths.filter(({ key }) => pathKindOf(key) !== undefined));
  const atLeast = unlisted > 0 ? `at least ${formatCount(ofKind)}` : formatCount(ofKind);
  const share = requests === 0 ? '' : ` (${formatShare(ofKind / requests)})`;
  const rest =
    unlisted > 0
      ? ` The paths of ${formatCount(unlisted)} requests are not listed one by one, so their kind is not known.`
      : '';
  return (
    `${meanings[chosen]}: ${atLeast} of ${formatCount(requests)} requests${share}.${rest}` +
    ' Only the list of paths is of this kind: the figures, the charts and the other lists are not counted by path.'
  );
}

import type { AnswerProgress } from '../api/answers.ts';
import type { Range } from '../period/period.ts';

/**
 * Returns the part of the shown time that is not complete yet, in whole spans: from the instant through which everything
 * is counted until now. It is `undefined` where the pipeline does not know that instant.
 */
export function incompletePart(
  spans: readonly Range[],
  progress: AnswerProgress | undefined,
  now: number,
): Range | undefined {
  const through = progress?.countedThrough;
  if (progress === undefined || progress.isComplete || through === undefined || through === null)
    return undefined;
  const begun = spans.filter(({ from }) => from <= now);
  const first = begun.find(({ to }) => to > Math.min(through, now));
  const last = begun.at(-1);
  return first === undefined || last === undefined ? undefined : { from: first.from, to: last.to };
}

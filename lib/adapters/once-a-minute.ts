import type { Clock } from '../ports/clock.ts';

/** Metrics of a minute take about this long to appear. */
const keptMilliseconds = 60_000;

/**
 * Limits a query to CloudWatch to one per minute, because each one costs money. Callers in between get the last
 * answer. Failures are not cached.
 */
export function onceAMinute<T>(clock: Clock, ask: (now: Date) => Promise<T>): () => Promise<T> {
  let kept: { readonly askedAt: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const now = clock.now();
    if (kept !== undefined) {
      const age = now.getTime() - kept.askedAt;
      if (age >= 0 && age < keptMilliseconds) return kept.answer;
    }
    const asked = { askedAt: now.getTime(), answer: ask(now) };
    kept = asked;
    asked.answer.catch(() => {
      if (kept === asked) kept = undefined;
    });
    return asked.answer;
  };
}

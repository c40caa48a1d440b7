import type { Clock } from '../ports/clock.ts';

/** Metrics of a minute take about so long to come. */
const keptMilliseconds = 60_000;

/**
 * Makes a question to CloudWatch one that is asked at most once a minute, as each costs; those who ask in between get the
 * last answer. A failure is not kept.
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

import * as z from 'zod';

const requestsByKey = z.record(z.string(), z.int());

/** The part of a window of `GET /aggregates` that the scenario checks. */
export const windowCountsSchema = z.object({
  windowStart: z.string(),
  requests: z.int(),
  requestsByPath: requestsByKey,
  requestsByUserAgent: requestsByKey,
  batches: z.int(),
});

export type WindowCounts = z.output<typeof windowCountsSchema>;

/** The difference between a window and the expectation. */
export interface WindowComparison {
  readonly windowStart: string;
  readonly expectedRequests: number;
  /** Requests that were added since the start. */
  readonly foundRequests: number;
  /** Each number that differs: `requestsByPath "GET /": 3999 of 4000`. Empty if all match. */
  readonly differences: readonly string[];
}

/**
 * Compares what was added to each window with the expectation. A missing window has counts of 0.
 * @param before  the windows before the run
 * @param after   the windows now
 */
export function compareWindows(
  expected: readonly WindowCounts[],
  before: readonly WindowCounts[],
  after: readonly WindowCounts[],
): WindowComparison[] {
  return expected.map((window) => {
    const { windowStart } = window;
    const wanted = numbersOf(window);
    const earlier = numbersOf(before.find((other) => other.windowStart === windowStart));
    const now = numbersOf(after.find((other) => other.windowStart === windowStart));
    const names = new Set([...wanted.keys(), ...earlier.keys(), ...now.keys()]);
    const differences = [...names].flatMap((name) => {
      const found = (now.get(name) ?? 0) - (earlier.get(name) ?? 0);
      const number = wanted.get(name) ?? 0;
      return found === number ? [] : [`${name}: ${found} of ${number}`];
    });
    const foundRequests = (now.get('requests') ?? 0) - (earlier.get('requests') ?? 0);
    return { windowStart, expectedRequests: window.requests, foundRequests, differences };
  });
}

/** Returns every number of a window by its name. */
function numbersOf(window: WindowCounts | undefined): Map<string, number> {
  if (window === undefined) return new Map();
  const { requests, batches, requestsByPath, requestsByUserAgent } = window;
  return new Map([
    ['requests', requests],
    ['batches', batches],
    ...named('requestsByPath', requestsByPath),
    ...named('requestsByUserAgent', requestsByUserAgent),
  ]);
}

function named(field: string, counts: Readonly<Record<string, number>>): [name: string, number][] {
  return Object.entries(counts).map(([key, number]) => [`${field} "${key}"`, number]);
}

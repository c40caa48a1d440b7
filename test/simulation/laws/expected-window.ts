import type { Counts } from '../../../lib/domain/dimensions.ts';
import type { CountingRules } from '../../../lib/domain/counting-rules.ts';
import type { SentEntry } from '../sent-batch.ts';

/** Expected content of a window, which separate code adds up from the sent entries. */
export interface ExpectedWindow {
  readonly requests: number;
  readonly counts: Pick<Counts, 'requestsByPath' | 'requestsByUserAgent' | 'requestsByStatus'>;
}

/** Rules that give agents different names, so that a batch counted by the wrong ones is visible. */
export const simulatedRules: readonly CountingRules[] = [
  { version: 'names', userAgentFamily: (agent) => agent, countedPath: (path) => path },
  { version: 'capitals', userAgentFamily: (agent) => agent.toUpperCase(), countedPath: (path) => path },
];

export function expectedWindow(
  { method, path, userAgent, status }: SentEntry,
  rulesVersion: string,
): ExpectedWindow {
  const family = rulesVersion === 'capitals' ? userAgent.toUpperCase() : userAgent;
  return {
    requests: 1,
    counts: {
      requestsByPath: new Map([[`${method} ${path}`, 1]]),
      requestsByUserAgent: new Map([[family, 1]]),
      requestsByStatus: new Map([[String(status), 1]]),
    },
  };
}

export function sumOf(a: ExpectedWindow | undefined, b: ExpectedWindow): ExpectedWindow {
  if (a === undefined) return b;
  return {
    requests: a.requests + b.requests,
    counts: {
      requestsByPath: sumOfMaps(a.counts.requestsByPath, b.counts.requestsByPath),
      requestsByUserAgent: sumOfMaps(a.counts.requestsByUserAgent, b.counts.requestsByUserAgent),
      requestsByStatus: sumOfMaps(a.counts.requestsByStatus, b.counts.requestsByStatus),
    },
  };
}

function sumOfMaps(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Map<string, number> {
  const sum = new Map(a);
  for (const [key, requests] of b) sum.set(key, (sum.get(key) ?? 0) + requests);
  return sum;
}

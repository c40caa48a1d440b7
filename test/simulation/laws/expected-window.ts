import type { CountingRules } from '../../../lib/domain/counting-rules.ts';
import type { Counts } from '../../../lib/domain/dimensions.ts';
import type { Measures } from '../../../lib/domain/measures.ts';
import type { SentEntry } from '../sent-batch.ts';

/** Expected content of a window, which separate code adds up from the sent entries: numbers by key, for each field. */
export interface ExpectedWindow {
  readonly requests: number;
  readonly counts: Readonly<Record<string, ReadonlyMap<string, number>>>;
}

const rules = {
  countedPath: (path: string) => path,
  agentClass: (agent: string) => (agent === 'firefox' ? 'browser' : 'library'),
  visitorMark: ({ address }) => registerOf(address) * 64 + rankOf(address),
} as const satisfies Partial<CountingRules>;

/** Rules that give agents different names, so that a batch counted by the wrong ones is visible. */
export const simulatedRules: readonly CountingRules[] = [
  { ...rules, version: 'names', userAgentFamily: (agent) => agent },
  { ...rules, version: 'capitals', userAgentFamily: (agent) => agent.toUpperCase() },
];

/** Three addresses have the same register, with different ranks. */
const lastByte = (address: string) => Number(address.split('.')[3]);
const registerOf = (address: string) => lastByte(address) % 3;
const rankOf = (address: string) => lastByte(address);
/** The field whose largest numbers are kept; all others are added up. */
const largestOf = 'visitors';

export function expectedWindow(entry: SentEntry, rulesVersion: string): ExpectedWindow {
  const { method, path, userAgent, status, bytes, durationMs, host, referrer, country, clientIp } = entry;
  const family = rulesVersion === 'capitals' ? userAgent.toUpperCase() : userAgent;
  const referrerHost = referrer === undefined ? undefined : new URL(referrer).host;
  const isPerson = userAgent === 'firefox' && clientIp !== undefined;
  const one = (key: string | undefined) => numbers(key, 1);
  return {
    requests: 1,
    counts: {
      requestsByPath: one(`${method} ${path}`),
      requestsByUserAgent: one(family),
      requestsByStatus: one(String(status)),
      requestsByAgentClass: one(userAgent === 'firefox' ? 'browser' : 'library'),
      requestsByErrorPath: one(status === 404 ? `404 ${method} ${path}` : undefined),
      requestsByReferrer: one(referrerHost === host ? undefined : referrerHost),
      requestsByHost: one(host),
      requestsByCountry: one(country),
      bytes: numbers(bytes === undefined ? undefined : 'all', bytes),
      bytesByPath: numbers(bytes === 0 ? undefined : `${method} ${path}`, bytes),
      durationMsByPath: numbers(`${method} ${path}`, durationMs),
      timedByPath: one(durationMs === undefined ? undefined : `${method} ${path}`),
      durations: one(durationMs?.toString()),
      visitors: isPerson ? numbers(String(registerOf(clientIp)), rankOf(clientIp)) : new Map(),
    },
  };
}

function numbers(key: string | undefined, value: number | undefined): Map<string, number> {
  return key === undefined || value === undefined ? new Map<string, number>() : new Map([[key, value]]);
}

export function sumOf(a: ExpectedWindow | undefined, b: ExpectedWindow): ExpectedWindow {
  if (a === undefined) return b;
  const counts = Object.entries(b.counts).map(([field, byKey]) => {
    const sum = new Map(a.counts[field]);
    for (const [key, value] of byKey) {
      const other = sum.get(key) ?? 0;
      sum.set(key, field === largestOf ? Math.max(other, value) : other + value);
    }
    return [field, sum] as const;
  });
  return { requests: a.requests + b.requests, counts: Object.fromEntries(counts) };
}

/** Returns the content of a window in the same form. */
export function foundWindow({
  requests,
  counts,
  measures,
}: {
  readonly requests: number;
  readonly counts: Counts;
  readonly measures?: Measures | undefined;
}): ExpectedWindow {
  const { bytes, durations, visitors, ...byPath } = measures ?? {};
  const named = (byNumber: ReadonlyMap<number, number> = new Map()) =>
    new Map(Array.from(byNumber, ([number, value]) => [String(number), value]));
  const none = { bytesByPath: new Map(), durationMsByPath: new Map(), timedByPath: new Map() };
  return {
    requests,
    counts: {
      ...counts,
      bytes: numbers(bytes === undefined ? undefined : 'all', bytes),
      ...none,
      ...byPath,
      durations: named(durations),
      visitors: named(visitors),
    },
  };
}

import { randomNumbers, shuffled } from '../../traffic/seeded-order.ts';
import { trafficOfMinute, type TrafficEntry } from './traffic.ts';
import type { WindowCounts } from './window-counts.ts';

export interface ScenarioSize {
  /** Requests in each of the four minutes, for each of the four paths by each of the four agents. */
  readonly requestsPerPathAndAgent: number;
  readonly entriesPerBatch: number;
  /** Number of batches that are sent twice. */
  readonly repeats: number;
}

/** The reference scenario: 64,000 entries in 3,200 batches, and 2,000 repeats. */
export const referenceSize: ScenarioSize = {
  requestsPerPathAndAgent: 1_000,
  entriesPerBatch: 20,
  repeats: 2_000,
};

/** The first of its four minutes. */
export const referenceStart = new Date('2025-12-28T18:03:00Z');

export interface ScenarioOptions {
  /** Prefix of the idempotency keys; two runs must have different ones for both to be counted. */
  readonly runId: string;
  /** The traffic is in the minute of this instant and the three after it. */
  readonly start: Date;
  readonly size: ScenarioSize;
  readonly seed: number;
}

export interface PlannedBatch {
  readonly idempotencyKey: string;
  /** A JSON array of entries. */
  readonly body: Buffer;
}

export interface PlannedRequest {
  /** Position in the plan's batches. */
  readonly batch: number;
  /** True if an earlier request sent the batch. */
  readonly isRepeat: boolean;
}

/** The requests in their order, and the counts that must follow from them. */
export interface ScenarioPlan {
  readonly batches: readonly PlannedBatch[];
  readonly requests: readonly PlannedRequest[];
  /** Windows in time order. */
  readonly windows: readonly WindowCounts[];
}

const minutes = 4;

/** Plans a run of the scenario. The same options give the same plan, to the byte. */
export function planScenario({ runId, start, size, seed }: ScenarioOptions): ScenarioPlan {
  const random = randomNumbers(seed);
  const firstMinute = Math.floor(start.getTime() / 60_000);
  const traffic = Array.from({ length: minutes }, (_, index) =>
    shuffled(trafficOfMinute(firstMinute + index, size.requestsPerPathAndAgent), random),
  );
  // Entries come from each minute in turn, so that every batch has some of all.
  const entries = Array.from({ length: traffic[0]?.length ?? 0 }, (_, turn) =>
    traffic.flatMap((ofMinute) => ofMinute.slice(turn, turn + 1)),
  ).flat();
  const batches = inChunks(entries, size.entriesPerBatch);
  return {
    batches: batches.map((batch, index) => ({
      idempotencyKey: `${runId}-${index}`,
      body: Buffer.from(JSON.stringify(batch.map(({ sent }) => sent))),
    })),
    requests: orderRequests(batches.length, size.repeats, random),
    windows: traffic.map((_, index) => countMinute(firstMinute + index, batches)),
  };
}

/** Orders the requests: each batch once in order, and some again at a random later place. */
function orderRequests(batches: number, repeats: number, random: () => number): PlannedRequest[] {
  const firsts = Array.from({ length: batches }, (_, batch) => ({ batch, isRepeat: false, place: batch }));
  const repeated = shuffled(firsts, random)
    .slice(0, repeats)
    .map(({ batch }) => ({ batch, isRepeat: true, place: batch + random() * (batches - batch) }));
  return [...firsts, ...repeated]
    .sort((a, b) => a.place - b.place || Number(a.isRepeat) - Number(b.isRepeat))
    .map(({ batch, isRepeat }) => ({ batch, isRepeat }));
}

function countMinute(minute: number, batches: readonly (readonly TrafficEntry[])[]): WindowCounts {
  const shares = batches.map((batch) => batch.filter((entry) => entry.minute === minute));
  const entries = shares.flat();
  return {
    windowStart: `${new Date(minute * 60_000).toISOString().slice(0, 19)}Z`,
    requests: entries.length,
    requestsByPath: countBy(entries, ({ pathKey }) => pathKey),
    requestsByUserAgent: countBy(entries, ({ family }) => family),
    batches: shares.filter((share) => share.length > 0).length,
  };
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

function inChunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) =>
    items.slice(chunk * size, (chunk + 1) * size),
  );
}

/** The traffic of a pipeline. Entries come evenly over time, and each customer sends them as soon as they fill a batch. */
export interface Workload {
  readonly entriesPerSecond: number;
  readonly entriesPerBatch: number;
  readonly customers: number;
  readonly compressed: boolean;
}

/** The settings of `serverless.yml` that affect the cost; a test compares them with the template. */
export interface Setup {
  readonly streamMode: 'PROVISIONED' | 'ON_DEMAND';
  /** The shards of both streams together. */
  readonly shards: number;
  readonly memoryGigabytes: number;
  readonly countEverySeconds: number;
  readonly verifyEverySeconds: number;
  readonly rollUpEverySeconds: number;
  readonly authorizerSeconds: number;
  readonly rawBatchDays: number;
  readonly logDays: number;
  readonly alarms: number;
}

export const prodSetup: Setup = {
  streamMode: 'PROVISIONED',
  shards: 3,
  memoryGigabytes: 1,
  countEverySeconds: 5,
  verifyEverySeconds: 60,
  rollUpEverySeconds: 120,
  authorizerSeconds: 60,
  rawBatchDays: 365,
  logDays: 90,
  alarms: 40,
};

/** The events of a second. */
export interface Rates {
  readonly batches: number;
  /** Minutes that a batch has entries of: one, and one more for each further minute that it lasts. */
  readonly windowsPerBatch: number;
  readonly partials: number;
  readonly partialBytes: number;
  /** Writes of windows: a window is written once for everything that arrived for it before an invocation. */
  readonly windowWrites: number;
}

/** Returns the bytes of the counts of entries, which add few keys each. Sample traffic: 680 bytes for 20, 19 kB for 4,100. */
function countsBytes(entries: number): number {
  return 470 + 20_500 * (1 - Math.exp(-entries / 1_900));
}

export function ratesOf(
  { entriesPerSecond, entriesPerBatch, customers }: Workload,
  { countEverySeconds }: Setup,
): Rates {
  const batches = entriesPerSecond / entriesPerBatch;
  const windowsPerBatch = 1 + entriesPerBatch / (entriesPerSecond / customers) / 60;
  const pollSeconds = Math.max(1, countEverySeconds); // Lambda asks each shard once a second
  const gathered = -Math.expm1((-batches / customers) * pollSeconds); // exact also where it is tiny
  return {
    batches,
    windowsPerBatch,
    partials: batches * windowsPerBatch,
    partialBytes: countsBytes(entriesPerBatch / windowsPerBatch),
    windowWrites: (customers * gathered * windowsPerBatch) / pollSeconds,
  };
}

/** Returns the bytes of a request, as JSON or compressed. */
export function sentBytes({ entriesPerBatch, compressed }: Workload): number {
  return compressed ? 500 + 9.3 * entriesPerBatch : 160 * entriesPerBatch;
}

/** Returns the bytes of a stored batch: its header, its partials, and its body, compressed for speed. */
export function batchBytes({ entriesPerBatch }: Workload, { windowsPerBatch, partialBytes }: Rates): number {
  return 450 + windowsPerBatch * partialBytes + 500 + 13 * entriesPerBatch;
}

/** Returns the bytes of a stored minute: its counts, and an id of each of its partials. */
export function windowBytes({ entriesPerSecond, customers }: Workload, { partials }: Rates): number {
  return countsBytes((entriesPerSecond / customers) * 60) + (partials / customers) * 60 * (4 / 3) * 16;
}

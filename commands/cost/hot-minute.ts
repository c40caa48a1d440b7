/** A place where windows are written, as far as it bounds the writer of one customer's minute. */
export interface WindowWriter {
  readonly name: string;
  /** Time in which the store answers a request; a write of a window makes three, one after the other. */
  readonly answerMilliseconds: number;
  readonly megabytesPerSecond: number;
  /** Cores that one invocation has. */
  readonly cores: number;
  /** Records per second that one partition takes. */
  readonly partitionRecordsPerSecond: number;
}

export const windowWriters: readonly WindowWriter[] = [
  {
    name: 'AWS',
    answerMilliseconds: 25,
    megabytesPerSecond: 75,
    cores: 0.58,
    partitionRecordsPerSecond: 1_000,
  },
  {
    name: 'own machines',
    answerMilliseconds: 5,
    megabytesPerSecond: 100,
    cores: 1,
    partitionRecordsPerSecond: Infinity,
  },
];

/** Fitted to `npm run bench:hot-window`: milliseconds of processor time. */
const millisecondsPerPath = 0.000_84;
const millisecondsPerId = 0.000_07;
/** The cost of the partial of 20 entries; a larger one costs more, by its bytes. */
const millisecondsPerPartial = 0.024;
const smallPartialBytes = 680;
const bytesPerPath = 30;
const bytesPerId = 21.5;
const requestsPerWrite = 3;
const recordsPerInvocation = 500;

export interface HotMinute {
  readonly paths: number;
  readonly partialBytes: number;
  /** Window objects that share the minute. */
  readonly parts: number;
}

/**
 * Returns the batches per second that one customer's minute takes, to the end of the minute. A partition has one writer,
 * which reads and writes the window once for up to 500 records; the window grows by the ids of what it counts.
 */
export function maxBatchesPerSecond(
  { paths, partialBytes, parts }: HotMinute,
  { answerMilliseconds, megabytesPerSecond, cores, partitionRecordsPerSecond }: WindowWriter,
): number {
  const partial = millisecondsPerPartial * Math.max(1, partialBytes / smallPartialBytes);
  const kept = (rate: number): number => {
    const ids = rate * 60;
    const cpu = millisecondsPerPath * paths + millisecondsPerId * ids + partial * recordsPerInvocation;
    const bytes = bytesPerPath * paths + bytesPerId * ids;
    const milliseconds =
      requestsPerWrite * answerMilliseconds + cpu / cores + (2 * bytes) / (megabytesPerSecond * 1_000);
    return (recordsPerInvocation / milliseconds) * 1_000;
  };
  // A higher rate leaves a larger window, which takes fewer: halve the interval until both agree.
  let [low, high] = [0, recordsPerInvocation * 1_000];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (kept(middle) > middle) low = middle;
    else high = middle;
  }
  return parts * Math.min(low, partitionRecordsPerSecond);
}

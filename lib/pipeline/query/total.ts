import { agentClasses } from '../../domain/agent-class.ts';
import { progressFor, type AnswerProgress } from '../../domain/completeness.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { composeRange } from '../../domain/compose-range.ts';
import { dimensions, mapDimensions, type DimensionField } from '../../domain/dimensions.ts';
import { answeredDuration, type AnsweredMeasures } from '../../domain/answered-measures.ts';
import { addStoredBuckets } from '../../domain/duration-buckets.ts';
import { answerLimits, createKeyTotals, type KeyTotal } from '../../domain/key-totals.ts';
import { meanOf } from '../../domain/mean-of.ts';
import { pathSumLists } from '../../domain/path-sum-lists.ts';
import { addVisitorsText, estimateRegisters, registerCount } from '../../domain/visitors.ts';
import { pathsStartingWith } from '../../domain/paths-starting-with.ts';
import { saturatedSum } from '../../domain/sums.ts';
import type { WindowStart } from '../../domain/window.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CountingProgress } from '../../ports/counting-progress.ts';
import type { WindowReader } from '../../ports/window-reader.ts';

export interface TotalPorts {
  readonly reader: Pick<WindowReader, 'windows'>;
  readonly clock: Clock;
  readonly progress: CountingProgress;
}

/** Range to sum up: the minutes with `from ≤ minute < to`. */
export interface TotalQuery {
  readonly customerId: CustomerId;
  readonly from: WindowStart;
  readonly to: WindowStart;
  /** Maximum number of keys of each dimension. */
  readonly top: number;
  /** Only requests of paths that start with this. */
  readonly pathPrefix: string | undefined;
  /** Dimensions to list, without a prefix; by default all. */
  readonly fields?: ReadonlySet<DimensionField> | undefined;
  readonly allowedLatenessSeconds: number;
}

/** A key with its requests and, for paths, the sums of facts; those that nothing is known of are absent. */
export interface TopKey extends Pick<KeyTotal, 'key' | 'requests'> {
  readonly bytes?: number;
  /** Sum of the durations that are known. */
  readonly durationMs?: number;
  /** Mean of the durations that are known, in hundredths. */
  readonly meanMs?: number;
}

export interface Total extends Pick<AnswerProgress, 'countedThrough' | 'waiting'> {
  /** Number of requests; with a prefix, of the paths that start with it. */
  readonly requests: number;
  /** Largest first. With a prefix those of paths alone: the other dimensions are not counted by path. */
  readonly tops: ReadonlyMap<DimensionField, readonly TopKey[]>;
  /** With a prefix the bytes alone, of the paths that start with it: the others are not counted by path. */
  readonly measures: AnsweredMeasures;
  /**
   * Number of requests whose key is unknown, in the dimension with most of them. Each count of a key, and `requests` with
   * a prefix, is too low by this number at most.
   */
  readonly folded: number;
  /** It holds all that was accepted for the range, which ended long ago; late data can still raise the counts. */
  readonly complete: boolean;
}

const pathField = 'requestsByPath' satisfies DimensionField;
const classField = 'requestsByAgentClass' satisfies DimensionField;
/**
 * Size limit for each list of largest keys. Only paths are long, and contain any text. As a function's answer is JSON
 * within JSON, they can take twice the space in it, which is far less than the 6 MiB that Lambda allows.
 */
const maxTopBytes = 1_024 * 1_024;
/** A window can have 3 MB, and each is read whole. */
const windowsInFlight = 8;

/**
 * Sums up a range of time. It reads the largest windows that fit (a year has a few hundred of them), and keeps no
 * more than one group of them and the keys under way.
 */
export async function total(query: TotalQuery, { reader, clock, progress }: TotalPorts): Promise<Total> {
  const { customerId, from, to, top, pathPrefix, allowedLatenessSeconds } = query;
  const runs = composeRange(from, to, clock.now(), allowedLatenessSeconds);
  // Asked before the windows are read, so that they hold everything that does not wait at this moment.
  // A total also promises that hours and days have everything, whichever windows it is read from.
  const counted = progressFor(await progress.of(customerId), true, allowedLatenessSeconds);
  const keyTotals = mapDimensions((field) =>
    createKeyTotals(answerLimits, { lists: field === pathField ? 3 : 0 }),
  );
  const fields: readonly DimensionField[] =
    pathPrefix === undefined
      ? dimensions.map(({ field }) => field).filter((field) => query.fields?.has(field) !== false)
      : [pathField];
  const hasPaths = fields.includes(pathField);
  const isWanted = pathPrefix === undefined ? undefined : pathsStartingWith(pathPrefix);
  const durations = new Map<number, number>();
  const visitors = new Uint8Array(registerCount);
  let requests = 0;
  let hasBytes = false;
  let [bytes, sumMs] = [0, 0];

  for (const run of runs) {
    for await (const window of reader.windows(
      { customerId, fields: query.fields, ...run },
      windowsInFlight,
    )) {
      const { counts, measures } = window;
      let matching = 0;
      for (const field of fields) {
        if (field !== pathField) keyTotals[field].add(counts[field]);
        else matching = keyTotals[field].add(counts[field], isWanted, pathSumLists(window));
      }
      requests = saturatedSum(requests, isWanted === undefined ? window.requests : matching);
      hasBytes ||= measures?.bytes !== undefined;
      if (!hasPaths) {
        bytes = saturatedSum(bytes, measures?.bytes ?? 0);
        sumMs = (measures?.pathDurationMs ?? []).reduce(saturatedSum, sumMs);
      }
      if (measures?.durations !== undefined) addStoredBuckets(durations, measures.durations);
      if (measures?.visitors !== undefined) addVisitorsText(visitors, measures.visitors);
    }
  }
  const estimated = estimateRegisters(visitors);
  if (hasPaths) [bytes = 0, sumMs = 0] = keyTotals[pathField].sums();
  const ofAll = pathPrefix === undefined;
  return {
    requests,
    tops: new Map(
      fields.map((field) => {
        const most = field === classField ? Math.max(top, agentClasses.length) : top;
        return [field, keyTotals[field].largest(most, maxTopBytes).map(withFacts(hasBytes))];
      }),
    ),
    measures: {
      ...(hasBytes && { bytes }),
      ...(ofAll && durations.size > 0 && { duration: answeredDuration(durations, sumMs) }),
      ...(ofAll && estimated > 0 && { visitors: estimated }),
    },
    folded: Math.max(0, ...fields.map((field) => keyTotals[field].folded())),
    complete: counted.isComplete({ from, to }),
    countedThrough: counted.countedThrough,
    waiting: counted.waiting,
  };
}

function withFacts(hasBytes: boolean): (total: KeyTotal) => TopKey {
  return ({ key, requests, sums }) => {
    if (sums === undefined) return { key, requests };
    const [bytes = 0, durationMs = 0, timed = 0] = sums;
    return {
      key,
      requests,
      ...(hasBytes && { bytes }),
      ...(timed > 0 && { durationMs, meanMs: meanOf(durationMs, timed) }),
    };
  };
}

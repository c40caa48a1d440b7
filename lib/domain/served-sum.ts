import { countsText, type CountsTexts } from './counts-text.ts';
import { dimensions, mapDimensions, requestsToJson, type DimensionField } from './dimensions.ts';
import { addStoredBuckets } from './duration-buckets.ts';
import { folding, otherKey, type FoldingLimits } from './folding.ts';
import { answerLimits, createKeyTotals, type KeyTotal, type KeyTotals } from './key-totals.ts';
import { emptyMeasures, measuresUnlessEmpty, type GrowingMeasures } from './measures.ts';
import { pathSumLists } from './path-sum-lists.ts';
import type { DayParts } from './local-day.ts';
import type { ServedWindow } from './served-window.ts';
import { toStoredMeasures, type StoredMeasures } from './stored-measures.ts';
import { saturatedSum } from './sums.ts';
import { addVisitorsText, registerCount, visitorsTextOf } from './visitors.ts';
import type { WindowStart } from './window.ts';

const pathField = 'requestsByPath' satisfies DimensionField;
/** Lists of sums beside the requests of a path: bytes, milliseconds, and requests with a duration. */
const pathLists = 3;
const noCounts = countsText(new Map());

/** In place of new objects: a year is the sum of thousands of hours. */
type Growing<Fields> = { -readonly [Name in keyof Fields]: Fields[Name] };

/**
 * The sum of windows that are parts of a longer one, in limited memory. It has what a roll-up of the same parts would store.
 * Parts with more keys than `answerLimits` lose their rarest ones to `(other)`.
 *
 * Its revision is the sum of those of its parts, so it grows whenever one of them is written; it has no `batches`, since a
 * batch can have entries in several parts.
 */
export class ServedSum {
  readonly #limits: FoldingLimits;
  /** The only part, as long as there is one. */
  #only: ServedWindow | undefined;
  #sum: Growing<Omit<ServedWindow, 'counts' | 'measures' | 'batches'>> | undefined;
  readonly #keyTotals = new Map<DimensionField, KeyTotals>();
  #bytes: number | undefined;
  readonly #durations = new Map<number, number>();
  #visitors: Uint8Array | undefined;
  /** Sum of the durations of parts whose paths were not read. */
  #durationMs = 0;

  /** @param limits  the number of keys that the sum keeps */
  constructor(limits: FoldingLimits) {
    this.#limits = limits;
  }

  add(part: ServedWindow): void {
    if (this.#sum === undefined) {
      const {
        counts: _counts,
        measures: _measures,
        batches: _batches,
        errorsOfPaths: _errors,
        ...fields
      } = part;
      this.#only = part;
      this.#sum = fields;
      return;
    }
    this.#addOnly();
    this.#addCounts(part);
    const sum = this.#sum;
    sum.requests = saturatedSum(sum.requests, part.requests);
    sum.lateRequests = saturatedSum(sum.lateRequests, part.lateRequests);
    sum.revision = saturatedSum(sum.revision, part.revision);
    if (part.updatedAt > sum.updatedAt) sum.updatedAt = part.updatedAt;
  }

  /** Adds a local day; reports whether the subtracted hours were in its base. If not, this sum is of no use any more. */
  addDay({ hours, base, added, subtracted }: DayParts): boolean {
    for (const hour of hours) this.add(hour);
    this.#addOnly();
    this.#addKeys(base);
    for (const window of subtracted) {
      for (const { field, counts, sums } of keysOf(window)) {
        if (this.#keyTotals.get(field)?.subtract(counts, sums) !== true) return false;
      }
    }
    for (const window of added) this.#addKeys(window);
    return true;
  }

  /**
   * Returns the sum as a window; `undefined` if it has no parts.
   * @param most  keeps fewer keys of each dimension than the limits allow
   */
  window(windowStart: WindowStart, most: number = Infinity): ServedWindow | undefined {
    if (this.#sum === undefined) return undefined;
    if (this.#only !== undefined && most === Infinity) {
      const { batches: _batches, ...window } = this.#only;
      return { ...window, windowStart };
    }
    this.#addOnly();
    const limits = {
      ...this.#limits,
      maxKeysPerDimension: Math.min(this.#limits.maxKeysPerDimension, most),
    };
    const largest = mapDimensions(
      (field) => this.#keyTotals.get(field)?.largest(limits.maxKeysPerDimension, Infinity) ?? [],
    );
    const kept = mapDimensions((field) => this.#fold(field, largest[field], limits));
    const counts: CountsTexts = mapDimensions((field) =>
      kept[field].size === 0 ? noCounts : countsText(kept[field]),
    );
    const measures = this.#measures(kept[pathField], largest[pathField]);
    return { ...this.#sum, windowStart, counts, ...(measures && { measures }) };
  }

  /** Begins to add up: a single part stays as it is. */
  #addOnly(): void {
    if (this.#only !== undefined) this.#addCounts(this.#only);
    this.#only = undefined;
  }

  #addCounts(part: ServedWindow): void {
    this.#addKeys(part);
    const { counts, measures } = part;
    if (measures?.bytes !== undefined) this.#bytes = saturatedSum(this.#bytes ?? 0, measures.bytes);
    if (measures?.durations !== undefined) {
      addStoredBuckets(this.#durations, measures.durations);
      const isWithoutPaths = counts[pathField].json.length <= noCounts.json.length;
      if (isWithoutPaths)
        this.#durationMs = (measures.pathDurationMs ?? []).reduce(saturatedSum, this.#durationMs);
    }
    if (measures?.visitors !== undefined) {
      this.#visitors ??= new Uint8Array(registerCount);
      addVisitorsText(this.#visitors, measures.visitors);
    }
  }

  #addKeys(part: ServedWindow): void {
    for (const { field, counts, sums } of keysOf(part)) {
      let keyTotals = this.#keyTotals.get(field);
      if (keyTotals === undefined) {
        keyTotals = createKeyTotals(answerLimits, { lists: field === pathField ? pathLists : 0 });
        this.#keyTotals.set(field, keyTotals);
      }
      keyTotals.add(counts, undefined, sums);
    }
  }

  /** Returns the requests by key of a dimension: the largest keys, as far as there is space for them, and the rest. */
  #fold(field: DimensionField, largest: readonly KeyTotal[], limits: FoldingLimits): Map<string, number> {
    const requestsByKey = new Map<string, number>();
    const keyTotals = this.#keyTotals.get(field);
    if (keyTotals === undefined) return requestsByKey;
    folding(
      requestsByKey,
      limits,
      saturatedSum,
    )(new Map(largest.map(({ key, requests }) => [key, requests])));
    const others = keyTotals.requests() - largest.reduce((sum, { requests }) => sum + requests, 0);
    if (others > 0) requestsByKey.set(otherKey, saturatedSum(requestsByKey.get(otherKey) ?? 0, others));
    return requestsByKey;
  }

  #measures(
    requestsByPath: ReadonlyMap<string, number>,
    largest: readonly KeyTotal[],
  ): ServedWindow['measures'] {
    const paths = this.#keyTotals.get(pathField);
    const measures: GrowingMeasures = {
      ...emptyMeasures(),
      bytes: this.#bytes,
      durations: this.#durations,
    };
    // Writing them from the registers takes a tenth of the time that a map of them does.
    const visitors = this.#visitors && visitorsTextOf(this.#visitors);
    if (measuresUnlessEmpty(measures) === undefined && visitors === undefined) return undefined;
    const byPath = [measures.bytesByPath, measures.durationMsByPath, measures.timedByPath];
    const others = [...(paths?.sums() ?? [])];
    for (const { key, sums = [] } of largest) {
      if (!requestsByPath.has(key)) continue;
      for (const [list, sum] of sums.entries()) {
        if (sum > 0) byPath[list]?.set(key, sum);
        others[list] = (others[list] ?? 0) - sum;
      }
    }
    for (const [list, sum] of others.entries()) if (sum > 0) byPath[list]?.set(otherKey, sum);
    const stored: StoredMeasures = {
      ...toStoredMeasures(measures, Object.keys(requestsToJson(requestsByPath)), requestsByPath),
      ...(visitors !== undefined && { visitors }),
    };
    if (paths !== undefined || this.#durations.size === 0) return stored;
    return { ...stored, pathDurationMs: [this.#durationMs], pathTimed: undefined };
  }
}

/** Returns the counts of the dimensions that a part has, and the sums beside those of paths. */
function keysOf(part: ServedWindow) {
  return dimensions.flatMap(({ field }) => {
    const counts = part.counts[field];
    if (counts.json.length <= noCounts.json.length) return [];
    return [{ field, counts, sums: field === pathField ? pathSumLists(part) : undefined }];
  });
}

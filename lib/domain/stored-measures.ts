import * as z from 'zod';
import { addStoredBuckets, durationBucketCount } from './duration-buckets.ts';
import { emptyMeasures, measuresUnlessEmpty, type Measures } from './measures.ts';
import { packNumbers, unpackNumbers } from './packed-numbers.ts';
import { isVisitorsText, readVisitors, visitorsText, type VisitorsText } from './visitors.ts';

/**
 * Measures as windows keep them, beside the counts; lists are packed in the text of a document: a path stands once, as a key of `requestsByPath`, and its sums are
 * at its place in lists. At the end of a list zeros are left out.
 */
export interface StoredMeasures {
  readonly bytes?: number | undefined;
  readonly pathBytes?: readonly number[] | undefined;
  readonly pathDurationMs?: readonly number[] | undefined;
  /** Requests with a duration; absent where all requests of each path have one. */
  readonly pathTimed?: readonly number[] | undefined;
  /** Numbers of buckets in ascending order, each followed by its requests. */
  readonly durations?: readonly number[] | undefined;
  readonly visitors?: VisitorsText | undefined;
}

const numbersSchema = z.string().transform((text, context): readonly number[] => {
  const numbers = unpackNumbers(text);
  if (numbers !== undefined) return numbers;
  context.addIssue({ code: 'custom', message: 'not packed numbers' });
  return z.NEVER;
});

/** The fields of the measures in the schema of a stored document. Earlier versions have none. */
export const measuresShape = {
  bytes: z.int().nonnegative().exactOptional(),
  pathBytes: numbersSchema.exactOptional(),
  pathDurationMs: numbersSchema.exactOptional(),
  pathTimed: numbersSchema.exactOptional(),
  durations: numbersSchema.refine(areBuckets, 'not durations').exactOptional(),
  visitors: z.string().refine(isVisitorsText, 'not visitors').exactOptional(),
};

/** Reports whether numbers are buckets in ascending order, each followed by its requests. */
export function areBuckets(durations: readonly number[]): boolean {
  let last = -1;
  for (let at = 0; at < durations.length; at += 2) {
    const [bucket = 0, requests = 0] = [durations[at], durations[at + 1]];
    if (bucket <= last || bucket >= durationBucketCount || requests < 1) return false;
    last = bucket;
  }
  return durations.length > 0 && durations.length % 2 === 0;
}

/** Picks the stored measures of a document; returns `undefined` if it has none. */
export function storedMeasuresIn(fields: StoredMeasures): StoredMeasures | undefined {
  const { bytes, pathBytes, pathDurationMs, pathTimed, durations, visitors } = fields;
  if (bytes === undefined && durations === undefined && visitors === undefined) return undefined;
  return { bytes, pathBytes, pathDurationMs, pathTimed, durations, visitors };
}

/** Returns the fields of measures as they stand in a document. */
export function packMeasures(stored: StoredMeasures): object {
  const { bytes, pathBytes, pathDurationMs, pathTimed, durations, visitors } = stored;
  return {
    bytes,
    pathBytes: pathBytes && packNumbers(pathBytes),
    pathDurationMs: pathDurationMs && packNumbers(pathDurationMs),
    pathTimed: pathTimed && packNumbers(pathTimed),
    durations: durations && packNumbers(durations),
    visitors,
  };
}

/** Reports whether no list has more places than there are paths. */
export function fitPaths({ pathBytes, pathDurationMs, pathTimed }: StoredMeasures, paths: number): boolean {
  return [pathBytes, pathDurationMs, pathTimed].every((list) => (list?.length ?? 0) <= paths);
}

/**
 * Returns measures in the form in which they are stored.
 * @param paths           keys of `requestsByPath` in the order of their JSON text
 * @param requestsByPath  the same with their requests
 */
export function toStoredMeasures(
  measures: Measures | undefined,
  paths: readonly string[],
  requestsByPath: ReadonlyMap<string, number>,
): StoredMeasures {
  if (measures === undefined) return {};
  const { bytes, bytesByPath, durationMsByPath, timedByPath, durations, visitors } = measures;
  const stored: { -readonly [Field in keyof StoredMeasures]: StoredMeasures[Field] } = {};
  if (bytes !== undefined) {
    stored.bytes = bytes;
    stored.pathBytes = listOf(bytesByPath, paths);
  }
  if (durations.size > 0) {
    stored.pathDurationMs = listOf(durationMsByPath, paths);
    const areAllTimed = paths.every((path) => timedByPath.get(path) === requestsByPath.get(path));
    if (!areAllTimed) stored.pathTimed = listOf(timedByPath, paths);
    stored.durations = [...durations].sort(([a], [b]) => a - b).flat();
  }
  if (visitors.size > 0) stored.visitors = visitorsText(visitors);
  return stored;
}

function listOf(sums: ReadonlyMap<string, number>, paths: readonly string[]): number[] {
  const list: number[] = [];
  for (const [place, path] of paths.entries()) {
    const sum = sums.get(path);
    if (sum === undefined) continue;
    while (list.length < place) list.push(0);
    list.push(sum);
  }
  return list;
}

/** Returns stored measures by path; `undefined` if there are none. */
export function fromStoredMeasures(
  stored: StoredMeasures,
  requestsByPath: ReadonlyMap<string, number>,
): Measures | undefined {
  const { bytes, pathBytes, pathDurationMs, pathTimed, durations, visitors } = stored;
  const measures = emptyMeasures();
  if (bytes !== undefined) measures.bytes = bytes;
  let place = 0;
  for (const [path, requests] of requestsByPath) {
    put(measures.bytesByPath, path, pathBytes?.[place]);
    put(measures.durationMsByPath, path, pathDurationMs?.[place]);
    if (durations !== undefined) put(measures.timedByPath, path, pathTimed ? pathTimed[place] : requests);
    place += 1;
  }
  if (durations !== undefined) addStoredBuckets(measures.durations, durations);
  const known = visitors === undefined ? measures : { ...measures, visitors: readVisitors(visitors) };
  return measuresUnlessEmpty(known);
}

function put(sums: Map<string, number>, path: string, sum: number | undefined): void {
  if (sum !== undefined && sum > 0) sums.set(path, sum);
}

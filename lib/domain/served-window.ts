import { UnreadableFormat } from '../errors.ts';
import { countsTexts, type CountsText, type CountsTexts } from './counts-text.ts';
import { expandErrors } from './counts-text/expand-paths.ts';
import { scanCounts } from './counts-text/scan-counts.ts';
import { dimensions, mapDimensions, requestsToJson, type DimensionField } from './dimensions.ts';
import { decodeRolledUp, rolledUpText } from './roll-up-format.ts';
import { toStoredErrorPaths, type ErrorsOfPaths } from './stored-error-paths.ts';
import { fitPaths, storedMeasuresIn, toStoredMeasures, type StoredMeasures } from './stored-measures.ts';
import { saturatedSum } from './sums.ts';
import type { WindowSize } from './window.ts';
import type { WindowCounts } from './window-aggregate.ts';
import { decodeWindowCounts, windowText } from './window-format.ts';

/** A window of any size for answers: its counts are text that was checked but not parsed. */
export interface ServedWindow extends Omit<WindowCounts, 'counts' | 'measures'> {
  /** Only minutes have it. */
  readonly batches?: number;
  readonly counts: CountsTexts;
  /** Sums of facts; lists of paths follow the keys of `counts.requestsByPath`. Absent where there are none. */
  readonly measures?: StoredMeasures;
  /**
   * Requests that failed, by status and path, as places among the keys of `counts.requestsByPath`. Those of other paths
   * are only in `counts.requestsByErrorPath`.
   */
  readonly errorsOfPaths?: ErrorsOfPaths | undefined;
}

/** The names of the fields, with the characters around them. */
const names = mapDimensions((field) => Buffer.from(`,"${field}":`));
const noCounts: CountsText = { json: Buffer.from('{}'), escapes: 0 };
const lineBreak = 0x0a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const colon = 0x3a;
const beforeName = Buffer.from('},"');
/** Sums of paths that nobody needs without the paths; of `pathDurationMs`, the sum of all is needed. */
const sumsOfPaths = /,"path(?:Bytes|Timed)":"[^"]*"/g;
const errorsOfPathsText = /,"errorsOfPaths":\{[^}]*\}/;

/**
 * Reads a stored window from its `start`; returns `undefined` if its counts continue after it.
 *
 * Counts are most of a window. If they are written as this program writes them, they are cut out of the text, and the
 * schema reads the rest as a window without counts. The schema reads any other window as a whole, and decides whether
 * it is damaged.
 * @throws UnreadableFormat  not a window of this size, or one of a newer version
 */
export function decodeServedWindow(
  start: Buffer,
  size: WindowSize,
  fields?: ReadonlySet<DimensionField>,
): ServedWindow | undefined {
  const cut = cutCounts(start, size, fields);
  if (cut !== undefined) return cut;
  const window = size === 'minute' ? decodeWindowCounts(start) : decodeRolledUp(start);
  if (window === undefined) return undefined;
  const { counts, measures, ...rest } = window;
  const { requestsByPath } = counts;
  const paths = Object.keys(requestsToJson(requestsByPath));
  const stored = measures && toStoredMeasures(measures, paths, requestsByPath);
  const { errorsOfPaths } = toStoredErrorPaths(counts.requestsByErrorPath, paths);
  const served = {
    ...rest,
    counts: countsTexts(counts),
    ...(stored && { measures: stored }),
    ...(errorsOfPaths && { errorsOfPaths }),
  };
  return withFields(served, fields);
}

/** Keeps the counts of some dimensions. */
function withFields(window: ServedWindow, fields: ReadonlySet<DimensionField> | undefined): ServedWindow {
  if (fields === undefined) return window;
  const counts = mapDimensions((field) => (fields.has(field) ? window.counts[field] : noCounts));
  if (fields.has('requestsByPath')) return { ...window, counts };
  const { measures, errorsOfPaths: _errorsOfPaths, ...rest } = window;
  return { ...rest, counts, ...(measures && { measures: withoutPaths(measures) }) };
}

function cutCounts(
  start: Buffer,
  size: WindowSize,
  fields: ReadonlySet<DimensionField> | undefined,
): ServedWindow | undefined {
  const { isEndOfFields, readFields } = size === 'minute' ? windowText : rolledUpText;
  const firstCounts = start.indexOf(names[dimensions[0].field]);
  if (firstCounts < 0) return undefined;

  const isNeeded = needed(fields);
  let at = firstCounts;
  let paths = Number.POSITIVE_INFINITY;
  const counts = mapDimensions((field) => {
    const name = names[field];
    const valueStart = at + name.length;
    if (!start.subarray(at, valueStart).equals(name)) return noCounts;
    if (!isNeeded(field)) {
      at = endOfCounts(start, valueStart) ?? at;
      return noCounts; // where no end is found, the rest has a field of this name
    }
    const scanned = scanCounts(start, valueStart);
    if (scanned === undefined) return noCounts; // and the rest has a field of this name
    at = scanned.end;
    if (field === 'requestsByPath') paths = scanned.keys;
    return { json: start.subarray(valueStart, at), escapes: scanned.escapes };
  });
  const before = start.toString('utf8', 0, firstCounts);
  // A line break ends the fields, wherever it is, and one character comes before it.
  const end = start.indexOf(lineBreak, at) - 1;
  if (end < at || !isEndOfFields(start, end) || before.includes('\n')) return undefined;
  let after = start.toString('utf8', at, end);
  // Of a field that is there twice, the last one counts.
  if (/"requestsBy|\\/.test(after)) return undefined;
  if (!isNeeded('requestsByPath')) after = after.replace(sumsOfPaths, '');
  if (!isNeeded('requestsByErrorPath')) after = after.replace(errorsOfPathsText, '');
  const rest = `${before}${after}}`;

  try {
    const { stored, ...window } = readFields(rest);
    const isWithoutCounts = dimensions.every(({ field }) => stored[field].size === 0);
    const measures = storedMeasuresIn(stored);
    if (!isWithoutCounts || (measures !== undefined && !fitPaths(measures, paths))) return undefined;
    const served = { ...window, counts, ...(measures && { measures }) };
    const { errorsOfPaths } = stored;
    if (errorsOfPaths === undefined) return withFields(served, fields);
    // Keys of both could be the same.
    if (counts.requestsByErrorPath !== noCounts || !Object.values(errorsOfPaths).every(areWithin(paths))) {
      return undefined;
    }
    const withThese = { ...served, errorsOfPaths, counts: withErrors(counts, errorsOfPaths) };
    return withFields(withThese, fields);
  } catch (error) {
    if (error instanceof UnreadableFormat) return undefined;
    throw error;
  }
}

/** Creates a check whether a dimension has to be read: errors of paths are stored by the places of the paths. */
function needed(fields: ReadonlySet<DimensionField> | undefined): (field: DimensionField) => boolean {
  if (fields === undefined) return () => true;
  const needsPaths = fields.has('requestsByPath') || fields.has('requestsByErrorPath');
  return (field) => (field === 'requestsByPath' ? needsPaths : fields.has(field));
}

/**
 * Finds the end of counts that are not needed, without reading them: a brace before the name of the next field, or at the end
 * of the line. Within a key, a quote ends the key, and a colon follows.
 */
function endOfCounts(bytes: Buffer, start: number): number | undefined {
  if (bytes[start] !== openBrace) return undefined;
  let place = bytes.indexOf(beforeName, start);
  while (place >= 0 && bytes[place + beforeName.length] === colon)
    place = bytes.indexOf(beforeName, place + 1);
  const line = bytes.indexOf(lineBreak, start);
  if (place >= 0 && (line < 0 || place < line)) return place + 1;
  const last = line - 2; // a brace or a comma comes between
  return bytes[last] === closeBrace ? last + 1 : undefined;
}

/** Returns measures of a window whose paths were not read. */
function withoutPaths(measures: StoredMeasures): StoredMeasures {
  const { bytes, durations, pathDurationMs = [], visitors } = measures;
  const sumMs = durations && [pathDurationMs.reduce(saturatedSum, 0)];
  return { bytes, durations, ...(sumMs && { pathDurationMs: sumMs }), visitors };
}

/** Creates a check of pairs of places and requests, whose last place is the largest. */
function areWithin(paths: number): (pairs: readonly number[]) => boolean {
  return (pairs) => (pairs.at(-2) ?? 0) < paths;
}

/** Adds errors by path, which are written when they are read: that takes half of the time of reading a window. */
function withErrors(counts: CountsTexts, errorsOfPaths: ErrorsOfPaths): CountsTexts {
  let expanded: CountsText | undefined;
  return {
    ...counts,
    get requestsByErrorPath() {
      expanded ??= expandErrors(counts.requestsByPath, errorsOfPaths);
      return expanded;
    },
  };
}

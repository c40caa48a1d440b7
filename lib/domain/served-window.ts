import { UnreadableFormat } from '../errors.ts';
import { countsTexts, type CountsText, type CountsTexts } from './counts-text.ts';
import { scanCounts } from './counts-text/scan-counts.ts';
import { dimensions, mapDimensions } from './dimensions.ts';
import { decodeRolledUp, rolledUpText } from './roll-up-format.ts';
import type { WindowSize } from './window.ts';
import type { WindowCounts } from './window-aggregate.ts';
import { decodeWindowCounts, windowText } from './window-format.ts';

/** A window of any size for answers: its counts are text that was checked but not parsed. */
export interface ServedWindow extends Omit<WindowCounts, 'counts'> {
  /** Only minutes have it. */
  readonly batches?: number;
  readonly counts: CountsTexts;
}

/** The names of the fields, with the characters around them. */
const names = mapDimensions((field) => Buffer.from(`,"${field}":`));
const noCounts: CountsText = { json: Buffer.from('{}'), escapes: 0 };

/**
 * Reads a stored window from its `start`; returns `undefined` if its counts continue after it.
 *
 * Counts are most of a window. If they are written as this program writes them, they are cut out of the text, and the
 * schema reads the rest as a window without counts. The schema reads any other window as a whole, and decides whether
 * it is damaged.
 * @throws UnreadableFormat  not a window of this size, or one of a newer version
 */
export function decodeServedWindow(start: Buffer, size: WindowSize): ServedWindow | undefined {
  const cut = cutCounts(start, size);
  if (cut !== undefined) return cut;
  const window = size === 'minute' ? decodeWindowCounts(start) : decodeRolledUp(start);
  return window && { ...window, counts: countsTexts(window.counts) };
}

function cutCounts(start: Buffer, size: WindowSize): ServedWindow | undefined {
  const { isEndOfFields, read } = size === 'minute' ? windowText : rolledUpText;
  const firstCounts = start.indexOf(names[dimensions[0].field]);
  if (firstCounts < 0) return undefined;

  let at = firstCounts;
  const counts = mapDimensions((field) => {
    const name = names[field];
    const valueStart = at + name.length;
    if (!start.subarray(at, valueStart).equals(name)) return noCounts;
    const scanned = scanCounts(start, valueStart);
    if (scanned === undefined) return noCounts; // and `at` stops before the end
    at = scanned.end;
    return { json: start.subarray(valueStart, at), escapes: scanned.escapes };
  });
  const before = start.toString('utf8', 0, firstCounts);
  // A line break ends the fields, wherever it is.
  if (!isEndOfFields(start, at) || before.includes('\n')) return undefined;

  try {
    const rest = read(`${before}}`);
    const isWithoutCounts = dimensions.every(({ field }) => rest.counts[field].size === 0);
    return isWithoutCounts ? { ...rest, counts } : undefined;
  } catch (error) {
    if (error instanceof UnreadableFormat) return undefined;
    throw error;
  }
}

import type { ObjectKey } from '../../domain/keys.ts';
import { nameOfId, namesOfIds } from '../../domain/packed-id-names.ts';
import { recountWindow } from '../../domain/repair-window.ts';
import { isForgotten, type Tombstone } from '../../domain/tombstone.ts';
import { encodeWindow } from '../../domain/window-format.ts';
import { decodeSnapshot } from '../audit/judge-windows.ts';
import { parseLine, type Spool, type SpooledLine, type WindowSnapshot } from '../audit/spool.ts';
import { AscendingGroups } from './ascending-groups.ts';
import type {
  LeftAsItIs,
  RecountOptions,
  RecountPorts,
  RecountReporter,
  ReplacedWindow,
} from './recount-ports.ts';

/** Windows to recount, and the partials of their batches, both sorted by window. */
export interface RecountedFrom {
  readonly windows: Spool;
  readonly contributions: Spool;
  readonly tombstone: Tombstone | undefined;
}

/** Number of windows, and of bytes, that are replaced at a time. */
const windowsAtOnce = 256;
const bytesAtOnce = 4 * 1024 * 1024;

/**
 * Recounts windows, and replaces those that nobody has written since they were read.
 * @param changed  receives those that somebody has written
 * @returns how many were replaced
 * @throws Unavailable  the store cannot do it now
 */
export async function writeWindows(
  { windows, contributions, tombstone }: RecountedFrom,
  changed: (key: ObjectKey) => void,
  ports: Pick<RecountPorts, 'windows' | 'clock'>,
  options: RecountOptions,
  reporter: RecountReporter,
): Promise<number> {
  let replaced = 0;
  let waiting: ReplacedWindow[] = [];
  let bytes = 0;
  const replaceWaiting = async () => {
    if (waiting.length === 0) return;
    const results = await ports.windows.replace(waiting);
    for (const [place, { key }] of waiting.entries()) {
      if (results[place] === 'changed') changed(key);
      if (results[place] === 'replaced') replaced += 1;
      reporter.done();
    }
    waiting = [];
    bytes = 0;
  };

  reporter.begin('writing', windows.lines);
  const ofWindows = new AscendingGroups(contributions.sorted());
  try {
    for (const text of windows.sorted()) {
      const line = parseLine(text);
      if (line.kind !== 'snapshot' || line.snapshot.etag === undefined) {
        throw new TypeError('Only windows that can be read were spooled.');
      }
      const { windowKey: key, snapshot } = line;
      ofWindows.passUntil(key, () => {});
      const result = recount(key, snapshot, ofWindows.take(key), {
        tombstone,
        now: ports.clock.now(),
        options,
      });
      if ('kind' in result) {
        reporter.left(result);
        reporter.done();
        continue;
      }
      waiting.push({ key, etag: snapshot.etag, body: result.body });
      bytes += result.body.length;
      if (waiting.length >= windowsAtOnce || bytes >= bytesAtOnce) await replaceWaiting();
    }
    await replaceWaiting();
  } finally {
    ofWindows.close();
  }
  return replaced;
}

interface RecountAround {
  readonly tombstone: Tombstone | undefined;
  readonly now: Date;
  readonly options: RecountOptions;
}

/** Counts one window anew. */
function recount(
  key: ObjectKey,
  snapshot: WindowSnapshot,
  lines: Iterable<string>,
  { tombstone, now, options: { limits, rules } }: RecountAround,
): { readonly body: Buffer } | LeftAsItIs {
  const current = decodeSnapshot(key, snapshot);
  const lacking = new Set(namesOfIds(current.partialIds));
  const recount = recountWindow(current, { now, limits, rulesVersion: rules.version });
  let unknown = 0;
  for (const line of lines) {
    const { contribution } = requireContribution(parseLine(line));
    const { storedAt, renewed = contribution.partial } = contribution;
    const isHeld = lacking.delete(nameOfId(contribution.partial.id));
    if (!isHeld || isForgotten(storedAt, tombstone)) continue;
    if (renewed === 'unknown') unknown += 1;
    else recount.add({ ...renewed, storedAt });
  }
  if (lacking.size > 0) return { kind: 'batches-gone', key, partials: lacking.size };
  if (unknown > 0) return { kind: 'entries-differ', key, partials: unknown };
  const window = recount.finish();
  return window === undefined ? { kind: 'window-differs', key } : { body: encodeWindow(window) };
}

function requireContribution(line: SpooledLine): SpooledLine & { readonly kind: 'contribution' } {
  if (line.kind !== 'contribution') throw new TypeError('Only partials were spooled.');
  return line;
}

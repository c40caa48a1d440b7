import type { ObjectKey } from '../../domain/keys.ts';
import type { Tombstone } from '../../domain/tombstone.ts';
import { readTombstone } from '../forget/read-tombstone.ts';
import { findNeeded } from './find-needed.ts';
import { listPartials } from './list-partials.ts';
import { readSnapshots } from './read-snapshots.ts';
import type {
  LeftAsItIs,
  RecountOptions,
  RecountPorts,
  RecountReporter,
  RemovableSpool,
} from './recount-ports.ts';
import { renewBatches } from './renew-batches.ts';
import { writeWindows } from './write-windows.ts';

/** Result of a pass over windows. */
export interface RecountPass {
  /** Number of windows that were looked at. */
  readonly windows: number;
  /** Number of windows that were replaced. */
  readonly recounted: number;
  /** Number of windows that somebody else wrote meanwhile; the next pass looks at them again. */
  readonly changed: number;
  /**
   * Number of partials, of batches that other rules counted, that their windows do not hold yet. They are still on their way:
   * the next pass looks for them again.
   */
  readonly waiting: number;
  /**
   * Version of the rules that counted the newest batch that this pass was the first to list. If it is not that of the recount,
   * the pipeline may count by other rules.
   */
  readonly newestRulesVersion: string | undefined;
}

/** A recount of a customer's windows. */
export interface Recount {
  /**
   * Recounts what is not counted by the rules: the first pass looks at all windows of the range, each further one at
   * what the pass before it could not finish. The recount is done when a pass finds nothing changed and nothing waiting.
   * @throws Unavailable       the store cannot do it now; begin again
   * @throws UnreadableFormat  a newer version wrote a batch or a window
   */
  pass(reporter: RecountReporter): Promise<RecountPass>;
}

/** State between passes. Without the windows of it, another process would only read more. */
interface Known {
  readonly tombstone: Tombstone | undefined;
  /** Keys of the batches whose partials are listed. */
  readonly batches: RemovableSpool;
  readonly partials: RemovableSpool;
  /** Windows for the next pass; `undefined` for all. */
  open: RemovableSpool | undefined;
}

/**
 * Begins to recount a customer's windows by rules, beside a running pipeline. Its progress is in the windows alone: another
 * recount continues where this one was killed. See docs/explanation/decisions/24-recounting.md.
 */
export function createRecount(ports: RecountPorts, options: RecountOptions): Recount {
  let known: Known | undefined;
  const begin = (tombstone: Tombstone | undefined): Known => ({
    tombstone,
    batches: ports.newSpool(),
    partials: ports.newSpool(),
    open: undefined,
  });
  return {
    async pass(reporter) {
      known ??= begin(await readTombstone(options.customerId, ports.store));
      const spools: RemovableSpool[] = [];
      const newSpool = () => {
        const spool = ports.newSpool();
        spools.push(spool);
        return spool;
      };
      try {
        for (;;) {
          const passed = await makePass(known, { ...ports, newSpool }, options, reporter);
          known.open?.remove();
          if (passed.kind === 'forgotten') {
            // Batches of before the new tombstone are among those that are listed.
            known.batches.remove();
            known.partials.remove();
            known = begin(passed.tombstone);
            continue;
          }
          known.open = ports.newSpool();
          for (const key of passed.next.sorted()) known.open.add(key);
          return passed.pass;
        }
      } finally {
        for (const spool of spools) spool.remove();
      }
    },
  };
}

type Passed =
  | { readonly kind: 'done'; readonly pass: RecountPass; readonly next: RemovableSpool }
  /** The customer has another tombstone than at the beginning. */
  | { readonly kind: 'forgotten'; readonly tombstone: Tombstone | undefined };

async function makePass(
  { tombstone, batches, partials, open }: Known,
  ports: RecountPorts,
  options: RecountOptions,
  told: RecountReporter,
): Promise<Passed> {
  const { store, newSpool, retention, notifier } = ports;
  // Batches of a customer who is being forgotten meanwhile are gone, too, but that is no finding.
  const gone = newSpool();
  const reporter: RecountReporter = {
    begin: (...step) => told.begin(...step),
    done: () => told.done(),
    left: (what) => (what.kind === 'batches-gone' ? gone.add(JSON.stringify(what)) : told.left(what)),
  };
  const openKeys = open && (() => distinct(open.sorted()));
  const snapshots = newSpool();
  const windows = await readSnapshots(openKeys, snapshots, ports, options, reporter);
  const newest = await listPartials({ known: batches, partials }, tombstone, ports, options, reporter);
  // Read after the batches: one that is gone was there, or its customer has a tombstone by now.
  const tombstoneNow = await readTombstone(options.customerId, store);
  if (!isSame(tombstone, tombstoneNow)) return { kind: 'forgotten', tombstone: tombstoneNow };

  const next = newSpool();
  const plan = { windows: newSpool(), batches: newSpool() };
  const recountedBefore = newSpool();
  const horizon = await retention?.horizon();
  let waiting = 0;
  findNeeded(
    { snapshots, partials, tombstone, open: openKeys?.(), horizon },
    {
      ...plan,
      recounted: (key) => recountedBefore.add(key),
      waiting: (key, its) => {
        waiting += its;
        next.add(key);
      },
    },
    options,
    reporter,
  );
  // Whoever recounted them may have died before the notification.
  if (notifier !== undefined) {
    for (const keys of groupsOf(distinct(recountedBefore.sorted()))) await notifier.notify(keys);
  }

  const contributions = newSpool();
  await renewBatches(plan.batches, contributions, ports, options, reporter);
  let changed = 0;
  const recounted = await writeWindows(
    { windows: plan.windows, contributions, tombstone },
    (key) => {
      changed += 1;
      next.add(key);
    },
    ports,
    options,
    reporter,
  );
  const forgotten = await readTombstone(options.customerId, store);
  if (!isSame(tombstone, forgotten)) return { kind: 'forgotten', tombstone: forgotten };
  for (const line of gone.sorted()) told.left(JSON.parse(line) as LeftAsItIs); // as it was added
  return {
    kind: 'done',
    pass: { windows, recounted, changed, waiting, newestRulesVersion: newest?.rulesVersion },
    next,
  };
}

function isSame(one: Tombstone | undefined, other: Tombstone | undefined): boolean {
  return one?.before.getTime() === other?.before.getTime();
}

/** Yields ascending keys, each once; only keys were added. */
function* distinct(keys: Iterable<string>): Generator<ObjectKey> {
  let last: string | undefined;
  for (const key of keys) {
    if (key !== last) yield key as ObjectKey;
    last = key;
  }
}

const notifiedAtOnce = 1_000;

function* groupsOf(keys: Iterable<ObjectKey>): Generator<ObjectKey[]> {
  let group: ObjectKey[] = [];
  for (const key of keys) {
    group.push(key);
    if (group.length < notifiedAtOnce) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

import pMap from 'p-map';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { FoldingLimits } from '../../domain/folding.ts';
import type { NonEmpty } from '../../group-by.ts';
import type { Tombstone } from '../../domain/tombstone.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readTombstone } from '../forget/read-tombstone.ts';
import { addToWindow, type AddedToWindow, type AddToWindowPorts } from './add-to-window.ts';
import { decodeRecords } from './decode-records.ts';
import { isFault } from './is-fault.ts';
import type { ReceivedPartial, ReceivedRecord, UncountedRecord } from './received-record.ts';

/** Result for the records of one partition key, which all belong to one window. */
export interface CountedGroup {
  readonly change: AddedToWindow['change'];
  readonly uncounted: readonly UncountedRecord[];
  /** Records dropped because their window has expired. */
  readonly expired: number;
}

export interface CountGroupsOptions extends FoldingLimits {
  readonly windowsAtOnce: number;
}

type Group = NonEmpty<ReceivedRecord>;

/** Result for a group, unless its customer was forgotten meanwhile. */
interface Attempt extends CountedGroup {
  /** Customer of the window that was read; `undefined` where none was. */
  readonly customerId: CustomerId | undefined;
  readonly forgottenBefore: Date | undefined;
}

/**
 * Adds the partials of each group to its window. A group is done only if its customer then has no newer tombstone than the
 * window knows. Forgetting is safe because each side writes first and looks afterwards: this function writes the window and
 * then looks at the tombstone; forgetting writes the tombstone and then looks for windows. If both write at the same time,
 * at least one of them sees the other's write. If it is this function, it counts the group again, with the tombstone known.
 * If it is killed in between, the records are delivered again, and it looks at the tombstone then.
 */
export async function countGroups(
  groups: Iterable<Group>,
  ports: AddToWindowPorts,
  { windowsAtOnce, ...limits }: CountGroupsOptions,
): Promise<CountedGroup[]> {
  const counted: CountedGroup[] = [];
  let turn = [...groups];
  let tombstones: ReadonlyMap<CustomerId, Tombstone> = new Map();
  while (turn.length > 0) {
    const attempts = await pMap(
      turn,
      async (group) => ({ group, attempt: await countGroup(group, tombstones, ports, limits) }),
      { concurrency: windowsAtOnce },
    );
    const customers = new Set(attempts.flatMap(({ attempt: { customerId } }) => customerId ?? []));
    const looks = await lookForTombstones(customers, ports.store, windowsAtOnce);
    const again: Group[] = [];
    for (const { group, attempt } of attempts) {
      const look = attempt.customerId && looks.get(attempt.customerId);
      if (look?.kind === 'failed') counted.push(failed(group, look.error));
      else if (look?.tombstone !== undefined && !isKnown(look.tombstone, attempt)) again.push(group);
      else counted.push(attempt);
    }
    tombstones = new Map(
      [...looks].flatMap(([customerId, look]) =>
        look.kind === 'done' && look.tombstone !== undefined ? [[customerId, look.tombstone] as const] : [],
      ),
    );
    turn = again;
  }
  return counted;
}

async function countGroup(
  group: Group,
  tombstones: ReadonlyMap<CustomerId, Tombstone>,
  ports: AddToWindowPorts,
  limits: FoldingLimits,
): Promise<Attempt> {
  // Each group is decoded in its turn: decoding all at once would hold up everything else in this process.
  const { received, unreadable } = decodeRecords(group);
  const [first, ...others] = received;
  if (first === undefined) {
    return nothingCounted(unreadable);
  }
  const { customerId } = first.partial;
  const options = { ...limits, tombstone: tombstones.get(customerId) };
  try {
    const added = await addToWindow([first, ...others], ports, options);
    const { change, tooLarge, forgottenBefore } = added;
    if (change === 'expired') return { ...nothingCounted(unreadable), change, expired: received.length };
    return { change, uncounted: [...unreadable, ...tooLarge], expired: 0, customerId, forgottenBefore };
  } catch (error) {
    if (others.length > 0 && isFault(error)) {
      return countOneByOne([first, ...others], unreadable, tombstones, ports, limits);
    }
    return nothingCounted([...unreadable, ...received.map(({ record }) => ({ record, error }))]);
  }
}

/** Finds out which partials of a window are to blame for a fault, so that the others are counted. */
async function countOneByOne(
  received: readonly ReceivedPartial[],
  unreadable: readonly UncountedRecord[],
  ...rest: [ReadonlyMap<CustomerId, Tombstone>, AddToWindowPorts, FoldingLimits]
): Promise<Attempt> {
  const attempts: Attempt[] = [];
  for (const { record } of received) attempts.push(await countGroup([record], ...rest));
  const counted = attempts.filter(({ customerId }) => customerId !== undefined);
  const known = counted.flatMap(({ forgottenBefore }) => forgottenBefore ?? []);
  const change = (['created', 'updated'] as const).find((each) => counted.some((one) => one.change === each));
  return {
    change: change ?? 'unchanged',
    uncounted: [...unreadable, ...attempts.flatMap(({ uncounted }) => uncounted)],
    expired: attempts.reduce((sum, { expired }) => sum + expired, 0),
    customerId: counted[0]?.customerId,
    // Known only where each of them knew it.
    forgottenBefore:
      known.length < counted.length ? undefined : known.toSorted((a, b) => Number(a) - Number(b))[0],
  };
}

function nothingCounted(uncounted: readonly UncountedRecord[]): Attempt {
  return { change: 'unchanged', uncounted, expired: 0, customerId: undefined, forgottenBefore: undefined };
}

type Look =
  | { readonly kind: 'done'; readonly tombstone: Tombstone | undefined }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Reads each tombstone once, however many windows of its customer were written. */
async function lookForTombstones(
  customers: ReadonlySet<CustomerId>,
  store: ObjectStore,
  atOnce: number,
): Promise<ReadonlyMap<CustomerId, Look>> {
  const looks = await pMap(
    customers,
    async (customerId): Promise<readonly [CustomerId, Look]> => {
      try {
        return [customerId, { kind: 'done', tombstone: await readTombstone(customerId, store) }];
      } catch (error) {
        return [customerId, { kind: 'failed', error }];
      }
    },
    { concurrency: atOnce },
  );
  return new Map(looks);
}

function isKnown({ before }: Tombstone, { forgottenBefore }: Attempt): boolean {
  return forgottenBefore !== undefined && forgottenBefore >= before;
}

function failed(group: Group, error: unknown): CountedGroup {
  return { change: 'unchanged', uncounted: group.map((record) => ({ record, error })), expired: 0 };
}

import pMap from 'p-map';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { FoldingLimits } from '../../domain/folding.ts';
import type { NonEmpty } from '../../group-by.ts';
import type { Tombstone } from '../../domain/tombstone.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readTombstone } from '../forget/read-tombstone.ts';
import { addToWindow, type AddedToWindow, type AddToWindowPorts } from './add-to-window.ts';
import { decodeRecords } from './decode-records.ts';
import type { ReceivedRecord, UncountedRecord } from './received-record.ts';

/** Result for the records of one partition key, which all belong to one window. */
export interface CountedGroup {
  readonly change: AddedToWindow['change'];
  readonly uncounted: readonly UncountedRecord[];
  /** Records dropped since their window has expired. */
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
 * Adds the partials of each group to its window, and is done with it only when its customer had no tombstone after that
 * which the window does not know.
 *
 * Writing first and looking at the tombstone afterwards is what makes forgetting safe, for which it is the other way
 * round: it writes the tombstone first and looks for windows afterwards. So of a window and a tombstone that are written
 * at once, at least one of the two sees the other's. Where it is this one, the group is counted again, with the tombstone
 * known. Killed in between, its records are delivered again, and the look at the tombstone is made then.
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
  // Decoded when it is its turn: all at once would hold up whatever else this process does.
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
    return nothingCounted([...unreadable, ...received.map(({ record }) => ({ record, error }))]);
  }
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

import { batchKey } from '../../domain/keys.ts';
import { problemsOfExpired } from '../../domain/expired-entries.ts';
import { InvalidRequest } from '../../errors.ts';
import type { BatchNeed, DiskRoom } from '../../ports/disk-room.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Batch } from './read-batch.ts';
import type { Retention } from '../expire/retention.ts';

export interface AcceptancePorts {
  readonly store: Pick<ObjectStore, 'get'>;
  readonly retention: Retention;
  /** Present where the store is a disk of this machine. */
  readonly diskRoom?: DiskRoom | undefined;
}

/**
 * Refuses a new batch that has expired entries or for which the disk has no room. One that is stored already passes: it
 * was accepted, and its retry is answered by what was stored.
 * @throws InvalidRequest  entries are too old to be counted
 * @throws QuotaExceeded   the disk or its quota is used up; safe to repeat
 */
export async function requireAcceptable(batch: Batch, ports: AcceptancePorts): Promise<void> {
  const refusal =
    (await refusalOfAge(batch, ports.retention)) ?? (await ports.diskRoom?.refusal(needOf(batch)));
  if (refusal === undefined) return;
  const stored = await ports.store.get(batchKey(batch.customerId, batch.id), { firstBytes: 1 });
  if (stored === undefined) throw refusal;
}

/** Its keys are in the stored batch beside its body, and once more in its windows. */
function needOf({ entries, bodyBytes, gzippedBody }: Batch): BatchNeed {
  const minutes = new Set<number>();
  let last: number | undefined;
  for (const { minute } of entries) {
    if (minute !== last) minutes.add(minute); // most entries are of the minute of the one before
    last = minute;
  }
  return { bytes: gzippedBody.length + 2 * bodyBytes, minutes: minutes.size };
}

async function refusalOfAge({ entries }: Batch, retention: Retention): Promise<InvalidRequest | undefined> {
  const horizon = await retention.horizon();
  const { expired, problems } = problemsOfExpired(entries, horizon);
  if (expired === 0) return undefined;
  return new InvalidRequest(
    `${expired} of ${entries.length} entries are too old: what is before ${horizon} has been deleted. ` +
      'Send the others without them.',
    problems,
  );
}

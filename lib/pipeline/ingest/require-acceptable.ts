import { setExpiredAside, problemsOfExpired } from '../../domain/expired-entries.ts';
import type { WindowStart } from '../../domain/window.ts';
import { InvalidRequest } from '../../errors.ts';
import type { BatchNeed, DiskRoom } from '../../ports/disk-room.ts';
import type { Batch } from './read-batch.ts';
import type { Retention } from '../expire/retention.ts';

export interface AcceptancePorts {
  readonly retention: Retention;
  /** Present if the store is a disk of this machine. */
  readonly diskRoom?: DiskRoom | undefined;
}

/**
 * Refuses a batch that has expired entries or for which the disk has no room. Returns the batch, with its expired
 * entries among the rejected ones if they are to be set aside.
 * @throws InvalidRequest  entries are too old to be counted
 * @throws QuotaExceeded   the disk or its quota is used up; safe to repeat
 */
export async function requireAcceptable(batch: Batch, ports: AcceptancePorts): Promise<Batch> {
  const acceptable = withoutExpired(batch, await ports.retention.horizon());
  const refusal = await ports.diskRoom?.refusal(needOf(acceptable));
  if (refusal !== undefined) throw refusal;
  return acceptable;
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

function withoutExpired(batch: Batch, horizon: WindowStart): Batch {
  const { expired, problems } = problemsOfExpired(batch, horizon);
  if (expired === 0) return batch;
  if (batch.invalid === 'set-aside') return { ...batch, ...setExpiredAside(batch, horizon) };
  throw new InvalidRequest(
    `${expired} of ${batch.entries.length} entries are too old: what is before ${horizon} has been deleted. ` +
      'Send the others without them.',
    problems,
  );
}

import type { StoredBatch } from '../../domain/batch-format.ts';
import { decodePartial, partialId, type WindowPartial } from '../../domain/partial.ts';
import { UnreadableFormat } from '../../errors.ts';

/**
 * Reads the partials of a stored batch.
 * @throws UnreadableFormat  one of them is not what the header says of it
 */
export function readOwnPartials(batch: StoredBatch): WindowPartial[] {
  return batch.partials.map((_partial, place) => readOwnPartial(batch, place));
}

function readOwnPartial(
  { customerId, id, payloadHash, storedAt, partials }: StoredBatch,
  place: number,
): WindowPartial {
  const listed = partials[place];
  const partial = listed && decodePartial(listed.data);
  const isOwn =
    partial?.customerId === customerId &&
    partial.windowStart === listed?.windowStart &&
    partial.part === listed.part &&
    partial.isLate === listed.isLate &&
    (partial.storedAt === undefined || partial.storedAt.getTime() === storedAt.getTime()) &&
    partial.id.equals(partialId(id, payloadHash, partial.part));
  if (!isOwn) throw new UnreadableFormat(`A batch is damaged: partial ${place} is not what its header says.`);
  return partial;
}

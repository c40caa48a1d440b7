import type { Entry } from '../../client/contract.ts';
import type { Pipeline, SendOutcome } from '../../client/open-pipeline.ts';
import type { Block, LocatedEntry, Piece } from './pieces.ts';

/** A place of a log for which the pipeline has other entries; the message says what to do. */
export class OtherContent extends Error {
  override readonly name = 'OtherContent';

  constructor(block: Block, position: number) {
    super(
      `The lines from byte ${position} on were sent before with other content (key ${keyOf(block, position)}). ` +
        'Either it was sent with other options (--keep-query, --format, --field and the like), or another log begins with the same ' +
        'line: then give each of them a --source of its own. Nothing was counted twice.',
    );
  }
}

/** The state of a block that is under way. */
interface Delivery {
  /** The end of its last sent line, or its start. */
  position: number;
  waiting: LocatedEntry[];
  previous: Promise<void>;
}

/**
 * Sends the pieces of a log so that each entry is counted once, after any number of runs and crashes.
 *
 * The key of a batch is the log and the place where the batch begins. A block that came in one piece is sent in one batch,
 * and any other block in several: each begins where the previous one ended, after that was answered. So the pipeline always
 * has a row of batches from the start of a block, without a gap. A run that cuts the block differently, because the log has
 * grown or was followed, meets a key that has other entries (422). Then it asks how many, sends the same number, which
 * proves that they are the same (409), and continues after them. The pipeline is the memory: there is no file to lose.
 *
 * @returns  a function to call for each piece, in order; several blocks may be under way at the same time
 * @throws OtherContent, RequestRefused, GaveUp
 */
export function deliverPieces(
  pipeline: Pick<Pipeline, 'send' | 'findBatch'>,
  sent: (entries: readonly Entry[], outcome: SendOutcome, idempotencyKey: string) => void,
): (piece: Piece) => Promise<void> {
  const deliveries = new Map<Block, Delivery>();

  const send = async (block: Block, position: number, some: readonly LocatedEntry[]) =>
    pipeline.send({ idempotencyKey: keyOf(block, position), entries: entriesIn(some) });

  const deliver = async ({ block, entries, isBlockEnd }: Piece, delivery: Delivery): Promise<void> => {
    delivery.waiting.push(...entries);
    while (delivery.waiting.length > 0) {
      const { position, waiting } = delivery;
      let batch: readonly LocatedEntry[] = waiting;
      let outcome = await send(block, position, batch);
      if (outcome === 'other-entries') {
        const before = await pipeline.findBatch(keyOf(block, position));
        const entriesBefore = before?.entries ?? waiting.length;
        if (entriesBefore > waiting.length && !isBlockEnd) return; // the rest of these entries has not been read yet
        if (entriesBefore < waiting.length) {
          batch = waiting.slice(0, entriesBefore);
          outcome = await send(block, position, batch);
        }
        if (outcome === 'other-entries') throw new OtherContent(block, position);
      }
      sent(entriesIn(batch), outcome, keyOf(block, position));
      delivery.position = batch.at(-1)?.end ?? position;
      delivery.waiting = waiting.slice(batch.length);
    }
  };

  return async (piece) => {
    const { block, isBlockEnd } = piece;
    const delivery = deliveries.get(block) ?? {
      position: block.start,
      waiting: [],
      previous: Promise.resolve(),
    };
    if (isBlockEnd) deliveries.delete(block);
    else deliveries.set(block, delivery);
    const delivering = delivery.previous.then(() => deliver(piece, delivery));
    delivery.previous = delivering;
    await delivering;
  };
}

function entriesIn(some: readonly LocatedEntry[]): Entry[] {
  return some.map(({ entry }) => entry);
}

/** Returns the idempotency key of a batch that begins here. */
export function keyOf({ logId, origin }: Pick<Block, 'logId' | 'origin'>, position: number): string {
  return `${logId}-${position - origin}`;
}

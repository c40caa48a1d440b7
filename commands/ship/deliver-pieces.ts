import type { Entry } from '../../client/contract.ts';
import type { Pipeline, SendOutcome } from '../../client/open-pipeline.ts';
import type { Block, LocatedEntry, Piece } from './pieces.ts';

/** The pipeline has other entries at this place of a log; the message says what can be done. */
export class OtherContent extends Error {
  override readonly name = 'OtherContent';

  constructor({ logId }: Block, position: number) {
    super(
      `What begins at byte ${position} was sent before with another content (key ${keyOf(logId, position)}). ` +
        'Either it was sent with other options (--keep-query, --format, --field), or another log begins with the same ' +
        'line: then give each of them a --source of its own. Nothing was counted twice.',
    );
  }
}

/** What is known of a block that is under way. */
interface Delivery {
  /** How far it has been sent: the end of its last line that was, or its start. */
  position: number;
  waiting: LocatedEntry[];
  previous: Promise<void>;
}

/**
 * Sends the pieces of a log so that each entry is counted once, in however many runs, and whatever died in between.
 *
 * The key of a batch is the log and the place where the batch begins. A block is sent in one batch where it came in one
 * piece, or else in several: one after the other is answered, each from where the one before ended. So of a block there is
 * always a row of batches from its start on, without a gap. A run that has it in other pieces, since the log has
 * grown or was followed, hits upon a key that has other entries (422). Then it asks how many, sends as many, which
 * shows that they are the same (409), and goes on behind them. The pipeline is the memory: there is no file to lose.
 *
 * @returns  to be called for each piece, in their order; blocks may be under way at the same time
 * @throws OtherContent, RequestRefused, GaveUp
 */
export function deliverPieces(
  pipeline: Pick<Pipeline, 'send' | 'findBatch'>,
  sent: (entries: readonly Entry[], outcome: SendOutcome, idempotencyKey: string) => void,
): (piece: Piece) => Promise<void> {
  const deliveries = new Map<Block, Delivery>();

  const send = async ({ logId }: Block, position: number, some: readonly LocatedEntry[]) =>
    pipeline.send({ idempotencyKey: keyOf(logId, position), entries: entriesIn(some) });

  const deliver = async ({ block, entries, isBlockEnd }: Piece, delivery: Delivery): Promise<void> => {
    delivery.waiting.push(...entries);
    while (delivery.waiting.length > 0) {
      const { position, waiting } = delivery;
      let batch: readonly LocatedEntry[] = waiting;
      let outcome = await send(block, position, batch);
      if (outcome === 'other-entries') {
        const before = await pipeline.findBatch(keyOf(block.logId, position));
        const entriesBefore = before?.entries ?? waiting.length;
        if (entriesBefore > waiting.length && !isBlockEnd) return; // the rest of them is still to be read
        if (entriesBefore < waiting.length) {
          batch = waiting.slice(0, entriesBefore);
          outcome = await send(block, position, batch);
        }
        if (outcome === 'other-entries') throw new OtherContent(block, position);
      }
      sent(entriesIn(batch), outcome, keyOf(block.logId, position));
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

function keyOf(logId: string, position: number): string {
  return `${logId}-${position}`;
}

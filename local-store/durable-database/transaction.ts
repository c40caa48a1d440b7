import { setImmediate } from 'node:timers/promises';
import type { RootDatabase } from 'lmdb';
import type { Transact } from './group-commit.ts';
import type { ReservedRoom } from './reserved-room.ts';

type Transactions = Pick<RootDatabase, 'batch' | 'transactionSync'>;
type Room = Pick<ReservedRoom, 'take' | 'extend'>;

/**
 * Called once, with the cause, when nothing can be read from the database or written to it until another process opens
 * it. What was durable stays durable.
 */
export type OnBroken = (cause: Error) => void;

/**
 * Transactions of an lmdb environment that is opened with `overlappingSync: false` (a resolved write is flushed) and
 * `eventTurnBatching: false` (else each failed commit also raises a rejection that nobody can handle, which would end
 * the process). `batch` and not `transaction`, as its writes are made on lmdb's own thread: a third less work here.
 */
export function transactOn(environment: Transactions, reserved: Room, onBroken?: OnBroken): Transact {
  let broken: Error | undefined;
  return async (write, room) => {
    // A further batch would never settle.
    if (broken !== undefined) throw broken;
    if (!reserved.take(room)) await makeRoom(reserved, room);
    try {
      await environment.batch(write);
    } catch (error) {
      const cause = await causeOf(error);
      if (!canWrite(environment)) {
        broken = new Error('The database has to be opened anew: lmdb gave it up.', { cause });
        onBroken?.(broken);
      }
      throw cause;
    }
  };
}

/**
 * After most failures lmdb goes on. Where it was the page that makes a commit count which could not be written, it does
 * not know what is on the disk and refuses all that follows (`MDB_PANIC`): a batch without ever settling, an empty
 * transaction at once.
 */
function canWrite(environment: Transactions): boolean {
  try {
    environment.transactionSync(() => undefined);
    return true;
  } catch {
    return false; // the reason is that of the commit before
  }
}

async function makeRoom(reserved: Room, room: number): Promise<void> {
  await reserved.extend(room);
  if (!reserved.take(room)) throw new Error('The database has no room in its file.');
}

/**
 * lmdb rejects a failed commit without saying why; the reason comes as the rejection of a second promise, which has to
 * be handled for the process to survive. It is normally there at once; where it isn't, the first error has to do.
 */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error && error.commitError instanceof Promise))
    return error;
  const reason: Promise<unknown> = error.commitError.then(
    () => error,
    (cause: unknown) => cause,
  );
  return Promise.race([reason, setImmediate(error)]);
}

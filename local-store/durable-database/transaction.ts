import { setImmediate } from 'node:timers/promises';
import type { RootDatabase } from 'lmdb';
import type { Transact } from './group-commit.ts';
import type { ReservedRoom } from './reserved-room.ts';

type Transactions = Pick<RootDatabase, 'batch' | 'transactionSync'>;
type Room = Pick<ReservedRoom, 'take' | 'extend'>;

/**
 * Called once, with the cause, when the database can no longer be read or written until another process opens it.
 * Durable data stays durable.
 */
export type OnBroken = (cause: Error) => void;

/**
 * Transactions of an lmdb environment that was opened with `overlappingSync: false` (a resolved write is flushed) and
 * `eventTurnBatching: false` (otherwise each failed commit also raises a rejection that nobody can handle, which
 * would end the process). They use `batch` instead of `transaction` because lmdb's own thread then makes the writes,
 * which is a third less work here.
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
        broken = new Error('lmdb refuses to use the database any more, so it must be opened again.', {
          cause,
        });
        onBroken?.(broken);
      }
      throw cause;
    }
  };
}

/**
 * Lmdb continues after most failures. But if it could not write the page that makes a commit count, it does not know
 * what is on the disk and refuses everything that follows (`MDB_PANIC`): a batch then never settles, while an empty
 * transaction fails at once.
 */
function canWrite(environment: Transactions): boolean {
  try {
    environment.transactionSync(() => undefined);
    return true;
  } catch {
    return false; // the reason is that of the previous commit
  }
}

async function makeRoom(reserved: Room, room: number): Promise<void> {
  await reserved.extend(room);
  if (!reserved.take(room)) throw new Error('The database has no space in its file.');
}

/**
 * Returns the reason of a failed commit. lmdb rejects the commit without a reason and gives it as the rejection of a
 * second promise, which must be handled or it ends the process. The reason is normally there at once; if not, this
 * returns the first error.
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

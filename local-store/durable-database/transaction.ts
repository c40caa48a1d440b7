import { setImmediate } from 'node:timers/promises';
import type { RootDatabase } from 'lmdb';
import type { Transact } from './group-commit.ts';
import type { ReservedRoom } from './reserved-room.ts';

/**
 * Transactions of an lmdb environment that is opened with `overlappingSync: false` (a resolved write is flushed) and
 * `eventTurnBatching: false` (else each failed commit also raises a rejection that nobody can handle, which would end
 * the process). `batch` and not `transaction`, as its writes are made on lmdb's own thread: a third less work here.
 */
export function transactOn(environment: RootDatabase, reserved: ReservedRoom): Transact {
  return async (write, room) => {
    if (!reserved.take(room)) await makeRoom(reserved, room);
    try {
      await environment.batch(write);
    } catch (error) {
      throw await causeOf(error);
    }
  };
}

async function makeRoom(reserved: ReservedRoom, room: number): Promise<void> {
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

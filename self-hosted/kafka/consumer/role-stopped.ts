import type { NewerFormat } from '../../../lib/errors.ts';

/** The failure of a role that cannot go on by itself. The message says what happened and what to do. */
export class RoleStopped extends Error {
  override readonly name = 'RoleStopped';
}

/** The end of a role at something that only a process of a newer version can process. */
export class NewerVersionNeeded extends RoleStopped {
  /** @param what  the object or the record that the role could not process */
  constructor(what: string, cause: NewerFormat) {
    super(
      `${what} cannot be processed here, because a newer version of this program wrote it or something that it needs. ` +
        `${cause.message} Nothing is lost: it waits. Start this role with that version.`,
      { cause },
    );
  }
}

/** Ends the role whose function has met something of a newer version. */
export function stopAtNewerFormat(what: string, error: NewerFormat): never {
  throw new NewerVersionNeeded(what, error);
}

/** The loss of records that a group has not read, or of its position. */
export class PositionLost extends RoleStopped {
  constructor(group: string, topic: string, partition: number, reason: string) {
    super(
      `The position of the group ${group} in partition ${partition} of the topic ${topic} is lost: ${reason}. ` +
        'Kafka has lost records, or somebody deleted them. Announce the stored batches again, from before that ' +
        'time: log-analytics announce --since 2025-12-28T18:00:00Z. Then start this role again.',
    );
  }
}

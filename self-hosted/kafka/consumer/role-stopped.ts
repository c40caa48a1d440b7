/** The failure of a role that cannot go on by itself. The message says what happened and what to do. */
export class RoleStopped extends Error {
  override readonly name = 'RoleStopped';
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

import { Admin } from '@platformatic/kafka';
import { BadArguments } from '../../commands/command-line.ts';
import { counted } from '../../commands/counted.ts';
import { defineCommand } from '../../commands/define-command.ts';
import { value } from '../../commands/define-command/options.ts';
import { print } from '../../commands/io.ts';
import { whole } from '../../commands/whole.ts';
import { parseClusterConfig } from '../config.ts';
import { kafkaConnectionOf } from '../kafka-connection.ts';
import { clientOptions } from '../kafka/connection.ts';
import { createSender } from '../kafka/send.ts';
import { createTopicOffsets } from '../kafka/topic-offsets.ts';
import { openStore } from '../open-store.ts';
import { announceBatches } from './announce/announce-batches.ts';
import { findLostPositions, setToStart } from './announce/lost-positions.ts';
import { operatorFailures } from './operator-failures.ts';

/**
 * A batch records its storage time before it is put, and clocks differ. Announcing too many batches is harmless: those
 * that are counted are recognised.
 */
const marginMilliseconds = 15 * 60_000;

/** Puts stored batches on `batches` again, after Kafka has lost records. */
export const announceCommand = defineCommand({
  name: 'announce',
  summary:
    'Announces stored batches again after Kafka has lost records, so that what was lost still gets counted.',
  usage: [['--since <instant>', 'announces the batches that were stored since then']],
  options: {
    since: value({
      shows: '<instant>',
      help: 'an instant before the loss, such as 2025-12-28T18:00:00Z; if in doubt, an earlier one',
      read: instant,
    }),
  },
  details: [
    'Batches that are counted stay counted once. The command moves positions that roles cannot continue from to the first ' +
      'available record, so stop all roles except api first, and start them again afterwards.',
    'The environment says where Kafka and the bucket are: docs/reference/cluster-configuration.md lists the variables.',
    'You can stop it at any time, and run it again with the same instant.',
  ],
  exitCodes: {
    0: 'announced',
    2: 'wrong options, or Kafka or the bucket cannot be reached',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: operatorFailures,
  interrupted: 'Run it again with the same instant.',
  async run({ options: { since } }, io) {
    if (since === undefined) throw new BadArguments('announce needs --since <instant>.');
    const config = parseClusterConfig(io.env);
    const connection = await kafkaConnectionOf(config);
    const objects = openStore(config);
    const sender = createSender(connection);
    const offsets = createTopicOffsets(connection);
    const admin = new Admin(clientOptions(connection));
    try {
      let shownAt = 0;
      const announced = await announceBatches(new Date(since.getTime() - marginMilliseconds), {
        store: objects.store,
        sender,
        connection,
        onProgress(looked, count) {
          if (performance.now() - shownAt < 1_000) return;
          shownAt = performance.now();
          io.stderr.write(`Batches: ${whole(looked)} checked, ${whole(count)} announced …\n`);
        },
      });
      const lost = await findLostPositions(connection, offsets);
      await setToStart(lost, admin);
      for (const { group, topic, partition } of lost) {
        print(io, `The group ${group} begins at the first record of partition ${partition} of ${topic}.`);
      }
      print(io, `Announced ${counted(announced, 'batch', 'batches')}. Start the roles that have stopped.`);
      return 0;
    } finally {
      await Promise.all([sender.close(), offsets.close(), admin.close()]);
      objects.close();
    }
  },
});

/** @throws BadArguments  not an instant with a time zone */
function instant(text: string, name: string): Date {
  const at = new Date(text);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(at.getTime())) return at;
  throw new BadArguments(
    `${name} must be an instant with a time zone, such as 2025-12-28T18:00:00Z, and is "${text}".`,
  );
}

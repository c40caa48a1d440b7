import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { defineCommand } from '../../commands/define-command.ts';
import { flag } from '../../commands/define-command/options.ts';
import { complain, print, type Io } from '../../commands/io.ts';
import { whole } from '../../commands/whole.ts';
import { InvalidConfig } from '../../lib/config.ts';
import { readBuildProgress } from '../clickhouse/build-model.ts';
import { openClickHouse, type ClickHouse } from '../clickhouse/client.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { beginModel, buildingOf, isLost, nextModelId, readModels, servingOf } from '../clickhouse/models.ts';
import { tablesIn, type Tables } from '../clickhouse/tables.ts';
import { readWindowsTopic } from '../clickhouse/windows-topic.ts';
import { parseClusterConfig } from '../config.ts';
import { kafkaConnectionOf } from '../kafka-connection.ts';
import { createTopicOffsets } from '../kafka/topic-offsets.ts';
import { operatorFailures } from './operator-failures.ts';

const lookEveryMilliseconds = 1_000;
const printEveryMilliseconds = 10_000;
/** Without any progress for this long, the role is probably not at work. */
const maxStillMilliseconds = 60_000;

/** Makes the read model anew while the one before goes on to serve. */
export const rebuildReadModelCommand = defineCommand({
  name: 'rebuild-read-model',
  summary:
    'Makes the read model in ClickHouse anew from the windows in the store, in a table of its own, while answers come from ' +
    'the one before.',
  usage: [['[options]']],
  options: { 'no-wait': flag({ help: 'only begin; the role project goes on by itself' }) },
  details: [
    'The role project does the work, continues after a crash, and switches to the new table when it has everything. This ' +
      'command begins it, or finds that it is under way, and shows how far it is. The environment says where ClickHouse, Kafka ' +
      'and the store are: docs/reference/cluster-configuration.md lists the variables.',
    'It is not needed after ClickHouse was wiped, or an old copy of it was restored: the role project notices that. It is for ' +
      'a new version with more columns, and where a comparison finds more differences than it can announce.',
  ],
  exitCodes: {
    0: 'the new model serves; with --no-wait: it is under construction',
    1: 'nothing moves',
    2: 'wrong options, there is no ClickHouse, or something cannot be reached',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: operatorFailures,
  interrupted: 'The role project goes on. Run the command again to see how far it is.',
  async run({ options }, io) {
    const config = parseClusterConfig(io.env);
    if (config.clickHouse === undefined) {
      throw new InvalidConfig('There is no read model. Set CLICKHOUSE_URL.');
    }
    const connection = await kafkaConnectionOf(config);
    const offsets = createTopicOffsets(connection);
    const clickHouse = openClickHouse(config.clickHouse);
    const tables = tablesIn(config.clickHouse.database);
    try {
      await migrate(clickHouse, tables);
      const models = await readModels(clickHouse, tables);
      const topic = await readWindowsTopic(offsets, connection);
      const exact = models.filter((model) => !isLost(model, topic));
      const underWay = buildingOf(exact);
      const id = underWay?.id ?? nextModelId(models, io.clock);
      if (underWay === undefined) await beginModel(id, topic, clickHouse, tables);
      print(io, underWay === undefined ? 'Started a new model.' : 'A new model is under construction.');
      if (options['no-wait']) return 0;
      return await follow(id, servingOf(exact)?.id, clickHouse, tables, io);
    } finally {
      await Promise.all([offsets.close(), clickHouse.close()]);
    }
  },
});

async function follow(
  id: number,
  before: number | undefined,
  clickHouse: ClickHouse,
  tables: Tables,
  io: Io,
): Promise<number> {
  const about =
    before === undefined ? '' : ` of about ${whole(await countWindows(before, clickHouse, tables))}`;
  let windows = -1;
  let movedAt = performance.now();
  let printedAt = -Infinity;
  for (;;) {
    const serving = servingOf(await readModels(clickHouse, tables));
    if (serving !== undefined && serving.id >= id) {
      print(io, 'Answers come from the new model.');
      return 0;
    }
    const now = performance.now();
    const progress = await readBuildProgress({ id }, { clickHouse, tables });
    if (progress.windows > windows) movedAt = now;
    windows = progress.windows;
    if (now - printedAt > printEveryMilliseconds) {
      print(io, `${whole(windows)} windows${about}`);
      printedAt = now;
    }
    if (now - movedAt > maxStillMilliseconds) {
      complain(
        io,
        'Nothing has moved for a minute. Is a process of the role project at work? Its log says what it waits for. It goes ' +
          'on by itself; run this again to see how far it is.',
      );
      return 1;
    }
    await sleep(lookEveryMilliseconds);
  }
}

async function countWindows(id: number, clickHouse: ClickHouse, tables: Tables): Promise<number> {
  const [found] = await clickHouse.rows(
    `SELECT count() AS windows FROM ${tables.windowsOf(id)} FINAL`,
    z.object({ windows: z.coerce.number() }),
  );
  return found?.windows ?? 0;
}

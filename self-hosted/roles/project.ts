import { setTimeout as sleep } from 'node:timers/promises';
import { startProjector } from '../clickhouse/projector.ts';
import { CannotStart } from '../cannot-start.ts';
import { consumerRole } from './consumer-role.ts';
import type { RoleContext, RunningRole } from './role.ts';

/**
 * Starts bringing windows into ClickHouse.
 * @throws CannotStart  there is no ClickHouse
 */
export function startProject(context: RoleContext): RunningRole {
  const { config, pipeline, clock, logger } = context;
  const { app, connection, offsets, readModel } = pipeline;
  if (readModel === undefined || app.notifier === undefined) {
    throw new CannotStart('The role project needs ClickHouse. Set CLICKHOUSE_URL.');
  }
  const { clickHouse, tables } = readModel;
  const projector = startProjector({
    clickHouse,
    tables,
    connection,
    offsets,
    store: app.store,
    notifier: app.notifier,
    instanceId: config.instanceId,
    clock,
    logger: logger.with({ function: 'project' }),
    sleep: async (milliseconds, signal) => {
      await sleep(milliseconds, undefined, { signal, ref: false }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
  });
  return consumerRole('project', [projector], context);
}

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
  let differingWindows: number | undefined;
  const projector = startProjector({
    clickHouse,
    tables,
    connection,
    offsets,
    store: app.store,
    versions: pipeline.versions,
    sweepMilliseconds: config.clickHouse?.sweepMilliseconds,
    onSwept: (differing) => (differingWindows = differing),
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
  const role = consumerRole('project', [projector], context);
  return { ...role, differingWindows: () => differingWindows };
}

import { alertsHandler } from '../../handlers/alerts.ts';
import { expireHandler } from '../../handlers/expire.ts';
import { rollUpHandler } from '../../handlers/roll-up.ts';
import { readAlertRules } from '../../lib/alert-rules-file.ts';
import { newerFormatIn } from '../../lib/errors.ts';
import { stopAtNewerFormat } from '../kafka/consumer/role-stopped.ts';
import { startRollUpSource } from '../kafka/queue-sources/roll-up-source.ts';
import { consumerRole } from './consumer-role.ts';
import { deleteReadHourly } from './delete-read-hourly.ts';
import { createFaults } from './faults.ts';
import { repeatedly } from './repeatedly.ts';
import type { RoleContext, RunningRole } from './role.ts';

/** The interval of `serverless.yml`; mostly there is nothing to do. */
const expireEveryMilliseconds = 5 * 60_000;
const alertsEveryMilliseconds = 5 * 60_000;

/**
 * Starts recomputing hours and days, checking them for alerts, and deleting what is no longer needed: expired windows,
 * and records that were read.
 */
export function startRollUp(context: RoleContext): RunningRole {
  const { config, pipeline, clock, logger } = context;
  const { app, connection } = pipeline;
  readAlertRules(app.config); // an invalid file would otherwise be noticed by the first check alone
  const source = startRollUpSource({
    connection,
    instanceId: config.instanceId,
    invoke: rollUpHandler(async () => app, {
      isTriedEnough: createFaults(() => performance.now()),
      onNewerFormat: stopAtNewerFormat,
    }),
    store: app.store,
    clock,
    logger: logger.with({ function: 'roll-up' }),
  });
  const orStop = (what: string, message: string) => (error: unknown) => {
    const newer = newerFormatIn(error);
    if (newer !== undefined) stopAtNewerFormat(what, newer);
    logger.error(message, { error });
  };
  const expiring = repeatedly(
    expireEveryMilliseconds,
    expireHandler(async () => app),
    orStop('What has expired', 'Windows that have expired could not be deleted; trying again later'),
  );
  const alerts = repeatedly(
    alertsEveryMilliseconds,
    alertsHandler(async () => app),
    orStop('The alerts', 'Alerts could not be checked; trying again later'),
  );
  return consumerRole('roll-up', [source, expiring, alerts, deleteReadHourly(context)], context);
}

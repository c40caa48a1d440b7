import { verifyHandler } from '../../handlers/verify.ts';
import { stopAtNewerFormat } from '../kafka/consumer/role-stopped.ts';
import { startVerifySource } from '../kafka/queue-sources/verify-source.ts';
import { consumerRole } from './consumer-role.ts';
import type { RoleContext, RunningRole } from './role.ts';

/** Starts proving that stored batches are counted. */
export function startVerify(context: RoleContext): RunningRole {
  const { config, pipeline, clock, logger } = context;
  const { app, connection, barriers, sender } = pipeline;
  const source = startVerifySource({
    connection,
    instanceId: config.instanceId,
    verifyAfterSeconds: config.verifyAfterSeconds,
    invoke: verifyHandler(async () => app, { onNewerFormat: stopAtNewerFormat }),
    countedThrough: () => barriers.minutes(),
    sender,
    store: app.store,
    clock,
    logger: logger.with({ function: 'verify' }),
  });
  return consumerRole('verify', [source], context);
}

import { stopAtNewerFormat } from '../kafka/consumer/role-stopped.ts';
import { startIntentSource } from '../kafka/queue-sources/intent-source.ts';
import { consumerRole } from './consumer-role.ts';
import { createFaults } from './faults.ts';
import type { RoleContext, RunningRole } from './role.ts';
import { summarizeFunction } from './summarize-function.ts';

/** Starts emitting the partials of stored batches. */
export function startSummarizer(context: RoleContext): RunningRole {
  const { config, pipeline, clock, logger } = context;
  const { app, connection } = pipeline;
  const { putMilliseconds, clockDifferenceMilliseconds, instanceId } = config;
  const stopping = new AbortController();
  const limits = { putMilliseconds, clockDifferenceMilliseconds, signal: stopping.signal };
  const isTriedEnough = createFaults(() => performance.now());
  const source = startIntentSource({
    connection,
    instanceId,
    invoke: summarizeFunction(app, limits, { isTriedEnough, onNewerFormat: stopAtNewerFormat }),
    clock,
    logger: logger.with({ function: 'summarizer' }),
  });
  const stop = async () => {
    stopping.abort(); // intents that wait for their batches are delivered again
    await source.stop();
  };
  return consumerRole('summarizer', [{ ended: source.ended, stop }], context);
}

import { createLogger, type Logger } from '../../lib/logger.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import { parseApiKeyFile } from '../../lib/domain/api-key-file.ts';
import type { AdminCall } from '../admin/admin-call.ts';
import { createClusterMetrics } from '../admin/cluster-metrics.ts';
import { findProblems } from '../admin/find-problems.ts';
import { createKeyAuthorizer } from '../api-keys/key-authorizer.ts';
import { openKeyFile } from '../api-keys/key-file.ts';
import type { ClusterConfig } from '../config.ts';
import type { Authorizer } from '../http/authorizer.ts';
import { openPipeline, type ClusterPipeline } from '../open-pipeline.ts';
import { startRole } from '../roles/start-role.ts';
import { consumedTopicsOf } from '../roles/consumed-topics.ts';
import type { RoleName } from '../roles/role-names.ts';
import type { RunningRole } from '../roles/role.ts';
import { endWithLastRole } from './end-with-last-role.ts';
import { stopMilliseconds } from './stop-times.ts';

export interface RunRolesOptions {
  readonly roles: readonly RoleName[];
  readonly config: ClusterConfig;
  readonly clock: Clock;
  readonly writeLog: (line: string) => void;
  /** Called if this process cannot go on, or has no role left at work. */
  readonly onStopped: (error: unknown) => void;
}

/** The roles of this process at work. */
export interface RunningProcess {
  readonly logger: Logger;
  readonly roles: readonly RunningRole[];
  /** Functions of its roles for the internal port, by path. */
  readonly calls: ReadonlyMap<string, AdminCall>;
  /** Returns what keeps this process from working. */
  problems(): Promise<readonly string[]>;
  /** Returns its metrics in the text format of Prometheus. */
  metrics(): Promise<string>;
  /** Begins nothing new, finishes what runs, and closes all connections. */
  stop(): Promise<void>;
}

/**
 * Starts the roles of this process.
 * @throws UnreadableFormat  the API keys cannot be read
 * @throws CannotStart       a file cannot be read, or a server cannot listen at its address; the message says why
 */
export async function runRoles(options: RunRolesOptions): Promise<RunningProcess> {
  const { roles: names, config, clock, writeLog, onStopped } = options;
  const logger = createLogger({ level: config.pipeline.logLevel, clock, write: writeLog });
  const servesRequests = names.includes('api');
  const keys = servesRequests ? await openAuthorizer(config, clock, logger) : undefined;
  const pipeline = await openPipeline({ config, clock, logger, hasAuthorizer: keys !== undefined });
  const watching = new AbortController();
  const watches = [pipeline.barriers];
  // Otherwise nobody asks how far the read model is.
  if (servesRequests && config.readFrom === 'clickhouse' && pipeline.readModel !== undefined) {
    watches.push(pipeline.readModel.barriers);
  }
  const watched = Promise.all(watches.map((watch) => watch.run(watching.signal)));
  watched.catch(onStopped);
  const roles: RunningRole[] = [];
  const stop = async () => {
    await Promise.all(roles.map((role) => role.stop(stopMilliseconds)));
    keys?.stop();
    watching.abort();
    await watched.catch(() => undefined);
    await pipeline.close();
  };
  try {
    const onRoleStopped = endWithLastRole(names, { onStopped, logger });
    const context = {
      config,
      pipeline,
      clock,
      logger,
      authorizer: keys?.authorizer,
      onStopped: onRoleStopped,
    };
    for (const name of names) roles.push(await startRole(name, context));
  } catch (error) {
    await stop();
    throw error;
  }
  const consumed = consumedTopicsOf(names, pipeline, clock);
  const clusterMetrics = createClusterMetrics({
    barriers: pipeline.barriers,
    consumed: consumed.topics,
    differingWindows: () =>
      roles.map((role) => role.differingWindows?.()).find((differing) => differing !== undefined),
    clock,
  });
  return {
    logger,
    roles,
    calls: new Map(roles.flatMap(({ calls }) => [...(calls ?? [])])),
    problems: () => findProblems(pipeline, roles),
    metrics: async () => `${await readMetrics(pipeline, clock)}\n${await clusterMetrics()}`,
    async stop() {
      await stop();
      await consumed.close();
    },
  };
}

async function readMetrics({ app }: Pick<ClusterPipeline, 'app'>, clock: Clock): Promise<string> {
  return (await app.metrics.read(clock.now())).text;
}

interface OpenAuthorizer {
  readonly authorizer: Authorizer;
  stop(): void;
}

async function openAuthorizer(
  { apiKeys, linkSecrets }: ClusterConfig,
  clock: Clock,
  logger: Logger,
): Promise<OpenAuthorizer | undefined> {
  switch (apiKeys.kind) {
    case 'none':
      return undefined;
    case 'text': {
      const records = parseApiKeyFile(apiKeys.text);
      return { authorizer: createKeyAuthorizer(() => records, clock, linkSecrets), stop: () => undefined };
    }
    case 'file': {
      const file = await openKeyFile({ path: apiKeys.path, logger });
      const authorizer = createKeyAuthorizer(() => file.records(), clock, linkSecrets);
      return { authorizer, stop: () => file.stop() };
    }
  }
}

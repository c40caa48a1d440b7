import { once } from 'node:events';
import type { Clock } from '../../lib/ports/clock.ts';
import { startAdminServer } from '../admin/admin-server.ts';
import type { ClusterConfig } from '../config.ts';
import type { RoleName } from '../roles/role-names.ts';
import { runRoles, type RunningProcess } from './run-roles.ts';

export interface RunProcessOptions {
  readonly roles: readonly RoleName[];
  readonly config: ClusterConfig;
  readonly clock: Clock;
  readonly writeLog: (line: string) => void;
  /** Aborted when the process is asked to stop. */
  readonly stopping: AbortSignal;
  /** Called with the running process, which then opens no internal port of its own. */
  readonly serveParent?: ((running: RunningProcess) => void) | undefined;
}

/**
 * Runs roles until the process is asked to stop, or until one of them cannot go on.
 * @returns the exit code
 * @throws CannotStart, and what `runRoles` throws
 */
export async function runProcess(options: RunProcessOptions): Promise<number> {
  const { roles, config, stopping, serveParent } = options;
  const ending = new AbortController();
  let failure: unknown;
  const onStopped = (error: unknown) => {
    if (!ending.signal.aborted && !stopping.aborted) failure = error;
    ending.abort();
  };
  const running = await runRoles({ ...options, onStopped });
  const { logger } = running;
  try {
    const { adminHost: host, adminPort } = config;
    const admin =
      serveParent === undefined ? await startAdminServer({ host, port: adminPort, ...running }) : undefined;
    serveParent?.(running);
    logger.info('At work', { roles, ...(admin && { adminPort: admin.port }) });
    const end = AbortSignal.any([stopping, ending.signal]);
    if (!end.aborted) await once(end, 'abort');
    if (failure !== undefined) logger.error('A role cannot go on, so the process ends', { error: failure });
    else logger.info('Stopping: running work is finished first', { roles });
    await running.stop();
    await admin?.stop();
    logger.info('Stopped', { roles });
    return failure === undefined ? 0 : 1;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

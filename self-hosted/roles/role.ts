import type { AdminCall } from '../admin/admin-call.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { ClusterConfig } from '../config.ts';
import type { Authorizer } from '../http/authorizer.ts';
import type { ClusterPipeline } from '../open-pipeline.ts';
import type { RoleName } from './role-names.ts';

/** The parts of a process that its roles share. */
export interface RoleContext {
  readonly config: ClusterConfig;
  readonly pipeline: ClusterPipeline;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Present if requests need API keys. */
  readonly authorizer: Authorizer | undefined;
  /** Called if a role cannot go on. */
  readonly onStopped: (role: RoleName, error: unknown) => void;
}

/** A role at work. */
export interface RunningRole {
  readonly name: RoleName;
  /** Functions that other programs call at the internal port, by path. */
  readonly calls?: ReadonlyMap<string, AdminCall>;
  /** Number of windows in which the read model differed from the store when they were compared last. */
  differingWindows?(): number | undefined;
  /** Returns why it is not working now; `undefined` if it is. */
  problem(): string | undefined;
  /** Begins nothing new, and resolves when running work has ended, or after the time-out. */
  stop(timeoutMilliseconds: number): Promise<void>;
}

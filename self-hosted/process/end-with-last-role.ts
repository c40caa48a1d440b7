import type { Logger } from '../../lib/logger.ts';
import { CannotStart } from '../cannot-start.ts';
import { RoleStopped } from '../kafka/consumer/role-stopped.ts';
import type { RoleContext } from '../roles/role.ts';
import type { RoleName } from '../roles/role-names.ts';

export interface EndWithLastRoleOptions {
  /** Called when the process has to end. */
  readonly onStopped: (error: unknown) => void;
  readonly logger: Pick<Logger, 'error'>;
}

/**
 * Decides what the end of a role means for its process. If the role says what keeps it from going on, the other roles of the
 * process go on, and `/ready` gives the reason. The process ends with its last role, so that a role alone in its process is
 * started again, and it ends at a fault of this program.
 */
export function endWithLastRole(
  roles: readonly RoleName[],
  { onStopped, logger }: EndWithLastRoleOptions,
): RoleContext['onStopped'] {
  const atWork = new Set(roles);
  return (role, error) => {
    atWork.delete(role);
    const isExplained = error instanceof RoleStopped || error instanceof CannotStart;
    if (!isExplained || atWork.size === 0) return onStopped(error);
    logger.error('A role cannot go on. The other roles of this process do.', { role, error });
  };
}

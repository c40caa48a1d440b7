import { consumerRole } from './consumer-role.ts';
import type { RoleContext, RunningRole } from './role.ts';

export function startRollUp(context: RoleContext): RunningRole {
  return consumerRole('roll-up', [], context);
}

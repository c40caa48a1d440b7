import { consumerRole } from './consumer-role.ts';
import type { RoleContext, RunningRole } from './role.ts';

export function startVerify(context: RoleContext): RunningRole {
  return consumerRole('verify', [], context);
}

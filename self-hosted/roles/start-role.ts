import { startAggregate } from './aggregate.ts';
import { startApi } from './api.ts';
import { startProject } from './project.ts';
import type { RoleName } from './role-names.ts';
import type { RoleContext, RunningRole } from './role.ts';
import { startRollUp } from './roll-up.ts';
import { startSummarizer } from './summarizer.ts';
import { startVerify } from './verify.ts';

/** Starts a role in this process. */
export async function startRole(name: RoleName, context: RoleContext): Promise<RunningRole> {
  switch (name) {
    case 'api':
      return startApi(context);
    case 'summarizer':
      return startSummarizer(context);
    case 'aggregate':
      return startAggregate(context);
    case 'verify':
      return startVerify(context);
    case 'roll-up':
      return startRollUp(context);
    case 'project':
      return startProject(context);
  }
}

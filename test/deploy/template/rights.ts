import * as z from 'zod';
import { type CompiledResource } from '../compiled-template.ts';

export const statementSchema = z.object({
  Effect: z.string(),
  Condition: z.unknown().optional(),
  Action: z.union([z.string(), z.array(z.string())]).transform((action) => [action].flat()),
  Resource: z.unknown().transform((resource) => [resource].flat()),
});
const roleSchema = z.object({
  Policies: z.array(
    z.object({ PolicyName: z.string(), PolicyDocument: z.object({ Statement: z.array(statementSchema) }) }),
  ),
});

/** Returns the statements of a role's policies. */
export function rightsOf(role: CompiledResource) {
  return roleSchema.parse(role.Properties).Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

import * as z from 'zod';
import type { FoldingLimits } from '../../domain/folding.ts';
import { customerIdSchema, instantSchema } from '../../domain/stored-document.ts';
import { beginForgetting } from './begin-forgetting.ts';
import { forgetCustomer, type ForgetPorts } from './forget-customer.ts';

/** Request for one step: to begin, or to continue what has begun, for a limited time. */
export const forgetStepSchema = z.object({
  customerId: customerIdSchema,
  before: instantSchema.optional(),
  maxSeconds: z.number().positive(),
});
export type ForgetStep = z.output<typeof forgetStepSchema>;

/** Result of a step, in a form that survives JSON. */
export const forgetStepAnswerSchema = z.object({
  /** End of the storage times that are forgotten; `undefined` where the customer has nothing. */
  before: z.iso.datetime().optional(),
  removed: z.object({
    batches: z.int(),
    windows: z.int(),
    failedRecords: z.int(),
    /** A pipeline of an earlier version has none. */
    alerts: z.int().default(0),
  }),
  isDone: z.boolean(),
  /** Keys of objects that a newer version wrote. */
  unknown: z.array(z.string()),
});
export type ForgetStepAnswer = z.output<typeof forgetStepAnswerSchema>;

const nothing = { batches: 0, windows: 0, failedRecords: 0, alerts: 0 };

/** Does one step of forgetting a customer; the caller repeats it until it is done. */
export async function forgetStep(
  { customerId, before, maxSeconds }: ForgetStep,
  ports: ForgetPorts,
  limits: FoldingLimits,
): Promise<ForgetStepAnswer> {
  if (before === undefined) {
    const { tombstone } = await beginForgetting(customerId, ports);
    const instant = tombstone?.before.toISOString();
    return { removed: nothing, isDone: false, unknown: [], ...(instant && { before: instant }) };
  }
  const tombstone = { customerId, before, completedAt: undefined };
  const { removed, isDone, unknown } = await forgetCustomer(tombstone, ports, { limits, maxSeconds });
  return { before: before.toISOString(), removed, isDone, unknown: [...unknown] };
}

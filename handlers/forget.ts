import * as z from 'zod';
import { maxKeyTextBytes } from '../lib/domain/folding.ts';
import { forgetStep, forgetStepSchema, type ForgetStepAnswer } from '../lib/pipeline/forget/forget-step.ts';
import { wired, type App } from './wiring.ts';

/**
 * Forgets a customer under the emulator, a step at a time, for `npm run customers -- forget`: only the process that owns
 * the data directory may change its content. It is not deployed; on AWS the command does the work itself.
 */
export function forgetHandler(wired: () => Promise<App>): (event: unknown) => Promise<ForgetStepAnswer> {
  return async (event) => {
    const app = await wired();
    const { data: step, error } = forgetStepSchema.safeParse(event);
    if (step === undefined)
      throw new RangeError(`The request cannot be understood: ${z.prettifyError(error)}`);
    const { maxKeysPerDimension } = app.config;
    const answer = await forgetStep(step, app, { maxKeysPerDimension, maxKeyTextBytes });
    if (answer.isDone) app.logger.info('A customer was forgotten', { customerId: step.customerId });
    return answer;
  };
}

export const handler = forgetHandler(wired);

import * as z from 'zod';
import { replaceRequestSchema, type ReplaceAnswer } from '../lib/pipeline/recount/replace-request.ts';
import { replaceWindows } from '../lib/pipeline/recount/replace-windows.ts';
import { wired, type App } from './wiring.ts';

/**
 * Replaces windows by their recounts under the emulator, for `npm run recount`: only the process that owns the data
 * directory may change its content. It takes recounts only by the rules that it counts new batches by. It is not
 * deployed; on AWS the command does the work itself.
 */
export function recountHandler(wired: () => Promise<App>): (event: unknown) => Promise<ReplaceAnswer> {
  return async (event) => {
    const app = await wired();
    const { data: request, error } = replaceRequestSchema.safeParse(event);
    if (request === undefined)
      throw new RangeError(`The request cannot be understood: ${z.prettifyError(error)}`);
    const rulesVersion = app.rules.version;
    if (request.rulesVersion !== rulesVersion) return { kind: 'other-rules', rulesVersion };
    return { kind: 'done', results: await replaceWindows(request.windows, rulesVersion, app) };
  };
}

export const handler = recountHandler(wired);

import * as z from 'zod';
import { windowsPrefix, type ObjectKey } from '../../domain/keys.ts';
import type { ReplacedWindow } from './recount-ports.ts';

/** Request to the owner of a data directory to replace windows by their recounts, in a form that survives JSON. */
export const replaceRequestSchema = z.object({
  /** Version of the rules of the recount. */
  rulesVersion: z.string(),
  windows: z.array(
    z.object({
      key: z.custom<ObjectKey>((key) => typeof key === 'string' && key.startsWith(windowsPrefix('minute'))),
      etag: z.string(),
      body: z.base64().transform((text) => Buffer.from(text, 'base64')),
    }),
  ),
});

/** Result of a request: for each window; or the pipeline counts by other rules, and nothing was changed. */
export const replaceAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), results: z.array(z.enum(['replaced', 'changed', 'expired'])) }),
  z.object({ kind: z.literal('other-rules'), rulesVersion: z.string() }),
]);
export type ReplaceAnswer = z.output<typeof replaceAnswerSchema>;

/** Creates the event of a request. */
export function replaceRequest(
  rulesVersion: string,
  windows: readonly ReplacedWindow[],
): z.input<typeof replaceRequestSchema> {
  return {
    rulesVersion,
    windows: windows.map((window) => ({ ...window, body: window.body.toString('base64') })),
  };
}

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { parseStreamEventSettings, type StreamEventSettings } from '../event-source/stream/settings.ts';

const serviceSchema = z.object({
  functions: z.record(
    z.string(),
    z.object({
      events: z.array(z.object({ stream: z.record(z.string(), z.unknown()).optional() })).optional(),
    }),
  ),
});

/**
 * Reads the settings of a function's stream from `serverless.yml`, the one description of functions and streams. Its
 * batch window is left out: an invocation gets what has gathered during the one before.
 * @throws Error  the function has no stream, or a setting of it is not supported here
 */
export function streamEventOf(functionKey: string): StreamEventSettings {
  const text = readFileSync(new URL('../serverless.yml', import.meta.url), 'utf8');
  // Tags such as !GetAtt are those of CloudFormation; the values behind them are not needed.
  const service = serviceSchema.parse(parse(text, { logLevel: 'silent' }));
  const event = service.functions[functionKey]?.events?.find(({ stream }) => stream !== undefined);
  if (event?.stream === undefined) {
    throw new Error(`The function ${functionKey} of serverless.yml has no stream.`);
  }
  const { arn: _arn, batchWindow: _batchWindow, ...settings } = event.stream;
  return parseStreamEventSettings(settings);
}

import * as z from 'zod';
import { InvalidRequest } from '../../lib/errors.ts';
import { parseJson } from '../../lib/parse-json.ts';

const daySeconds = 86_400;
const [leastSeconds, defaultSeconds, mostSeconds] = [60, 7 * daySeconds, 90 * daySeconds];

/** The body of `POST /shares`. A misspelt member would give a link that lives for another time, so it is an error. */
export const shareBodySchema = z.strictObject({
  expiresInSeconds: z
    .int()
    .min(leastSeconds)
    .max(mostSeconds)
    .default(defaultSeconds)
    .describe('Seconds after which the link ends.'),
});

/**
 * Parses the body of `POST /shares`; an empty one asks for the default.
 * @throws InvalidRequest  it is not valid
 */
export function parseShareBody(body: Buffer): z.output<typeof shareBodySchema> {
  const text = body.toString();
  const { data } = shareBodySchema.safeParse(text.trim() === '' ? {} : parseJson(text));
  if (data !== undefined) return data;
  const reason = `must be a whole number of ${leastSeconds}–${mostSeconds}, and is the only member of the JSON object`;
  throw new InvalidRequest(`The body is not valid: expiresInSeconds ${reason}.`, [
    { field: 'expiresInSeconds', reason },
  ]);
}

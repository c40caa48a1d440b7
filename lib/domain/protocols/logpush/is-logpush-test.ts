import { parseJson } from '../../../parse-json.ts';

/** A test is shorter. */
const maxTestBytes = 256;
const testFields = new Set(['content', 'filename']);

/**
 * Reports whether a body is the file `test.txt` that Cloudflare writes to a new destination before it accepts the job:
 * `{"content":"tests"}`.
 */
export function isLogpushTest(body: Buffer): boolean {
  if (body.length > maxTestBytes) return false;
  const value = parseJson(body.toString());
  if (typeof value !== 'object' || value === null || !('content' in value)) return false;
  return Object.keys(value).every((name) => testFields.has(name));
}

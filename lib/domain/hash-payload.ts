import { createHash } from 'node:crypto';
import type { Steps } from './steps.ts';

/** Hashing as many takes a millisecond, or a few where the processor has no instructions for it. */
const bytesInStep = 1_024 * 1_024;

/** Returns the SHA-256, in hexadecimal, of the sender, a line break and the body. */
export function* hashInSteps(sender: string, body: Buffer): Steps<string> {
  const hash = createHash('sha256').update(`${sender}\n`);
  for (let start = 0; start < body.length; start += bytesInStep) {
    if (start > 0) yield;
    hash.update(body.subarray(start, start + bytesInStep));
  }
  return hash.digest('hex');
}

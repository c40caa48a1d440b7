import type { Steps } from './steps.ts';

/** Copying as many into fresh memory takes a millisecond. */
const bytesInStep = 1_024 * 1_024;

/** Joins pieces as `Buffer.concat` does, which takes 10 ms or more at once for the largest batch. */
export function* joinInSteps(pieces: readonly Buffer[], bytes: number): Steps<Buffer> {
  const joined = Buffer.allocUnsafe(bytes);
  let at = 0;
  let copiedInStep = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
    copiedInStep += piece.length;
    if (copiedInStep < bytesInStep) continue;
    copiedInStep = 0;
    yield;
  }
  return joined;
}

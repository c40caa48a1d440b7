import * as z from 'zod';
import { UnreadableFormat } from '../errors.ts';
import type { RetentionState } from './retention.ts';
import { instantSchema, readDocument, windowStartSchema } from './stored-document.ts';

const formatVersion = 1;

const horizonSchema = z.object({ horizon: windowStartSchema, at: instantSchema });

const retentionSchema = z.object({
  current: horizonSchema.optional(),
  settled: windowStartSchema.optional(),
  announced: horizonSchema.optional(),
});

/** Encodes the state for the store. */
export function encodeRetention(state: RetentionState): Buffer {
  return Buffer.from(`${JSON.stringify({ formatVersion, ...state })}\n`);
}

/**
 * Decodes a stored state.
 * @throws UnreadableFormat  damaged, or written by a newer version of this program
 */
export function decodeRetention(body: Buffer): RetentionState {
  const { current, settled, announced } = readDocument(
    body.toString(),
    'A retention horizon',
    formatVersion,
    retentionSchema,
  );
  const isMidnight = [current?.horizon, settled, announced?.horizon].every(
    (each) => each?.endsWith('T00:00:00Z') ?? true,
  );
  if (!isMidnight)
    throw new UnreadableFormat('A retention horizon is damaged: it is not the start of a day.');
  return { current, settled, announced };
}

import * as z from 'zod';
import { NewerFormat, UnreadableFormat } from '../errors.ts';
import { parseCustomerId } from './customer-id.ts';
import { parseWindowStart } from './window.ts';

/**
 * Reads a JSON document that this program wrote. It checks `formatVersion` first and refuses a newer one, whose
 * meaning is not known here.
 * @param what     the subject of error messages: `A window`
 * @param version  the newest format version that `schema` reads
 * @throws UnreadableFormat  damaged
 * @throws NewerFormat       written by a newer version of this program
 */
export function readDocument<T>(text: string, what: string, version: number, schema: z.ZodType<T>): T {
  const document = requireJson(text, what);
  const written = formatVersionOf(document);
  if (written === undefined) throw new UnreadableFormat(`${what} is damaged: it has no format version.`);
  if (written > version) {
    throw new NewerFormat(
      `${what} has format version ${written}; this version of the program reads up to ${version}.`,
    );
  }
  const result = schema.safeParse(document);
  if (!result.success) {
    throw new UnreadableFormat(`${what} is damaged: ${z.prettifyError(result.error)}`, {
      cause: result.error,
    });
  }
  return result.data;
}

export const customerIdSchema = z.string().transform((text, context) => {
  return parseCustomerId(text) ?? invalid(context, 'not a customer id');
});

export const windowStartSchema = z.string().transform((text, context) => {
  return parseWindowStart(text) ?? invalid(context, 'not the start of a minute');
});

export const instantSchema = z.iso.datetime().transform((text) => new Date(text));

function requireJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnreadableFormat(`${what} is damaged: it is not JSON.`, { cause });
  }
}

function formatVersionOf(document: unknown): number | undefined {
  if (typeof document !== 'object' || document === null || !('formatVersion' in document)) return undefined;
  const { formatVersion } = document;
  return Number.isSafeInteger(formatVersion) ? Number(formatVersion) : undefined;
}

function invalid(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

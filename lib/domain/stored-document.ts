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
  refuseNewer(written, what, version);
  const result = schema.safeParse(document);
  if (!result.success) {
    throw new UnreadableFormat(`${what} is damaged: ${z.prettifyError(result.error)}`, {
      cause: result.error,
    });
  }
  return result.data;
}

/** Returns the format version from the first bytes of a document; `undefined` where they have none. */
export function versionAtStart(start: Buffer): number | undefined {
  const digits = /^{"formatVersion":(\d+)[,}]/.exec(start.toString('latin1', 0, 40))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Returns the text of a document up to its `end`; `undefined` if that is not in its `start`, where it is negative.
 * @throws NewerFormat  written by a newer version, which may write everything behind the version in another way
 */
export function textBefore(start: Buffer, end: number, what: string, version: number): string | undefined {
  if (end >= 0) return start.toString('utf8', 0, end);
  refuseNewer(versionAtStart(start) ?? 0, what, version);
  return undefined;
}

function refuseNewer(written: number, what: string, version: number): void {
  if (written <= version) return;
  throw new NewerFormat(
    `${what} has format version ${written}; this version of the program reads up to ${version}.`,
  );
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

import { BadArguments } from '../command-line.ts';

const secondsOf: Readonly<Record<string, number>> = { d: 86_400, h: 3_600 };

/** Ten years: longer than a key should live, and short enough to catch a typing error. */
const maxSeconds = 3_650 * 86_400;

/**
 * Reads the end of something: `90d` and `12h` from now, a date (the first instant of that day in UTC), or an instant.
 * @throws BadArguments  the text is none of these, in the past, or more than ten years ahead
 */
export function parseExpiry(
  option: string,
  text: string,
  now: Date,
  { isNowAllowed = false }: { readonly isNowAllowed?: boolean } = {},
): Date {
  const at = instantOf(text, now);
  if (at === undefined) {
    throw new BadArguments(`${option} must be like 90d, 12h, 2026-12-31 or an instant, and is "${text}".`);
  }
  const seconds = (at.getTime() - now.getTime()) / 1_000;
  if (seconds < 0 || (seconds === 0 && !isNowAllowed)) throw new BadArguments(`${option} is in the past.`);
  if (seconds > maxSeconds) throw new BadArguments(`${option} is more than ten years ahead.`);
  return at;
}

function instantOf(text: string, now: Date): Date | undefined {
  const [, count, unit = ''] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
  const seconds = secondsOf[unit];
  if (count !== undefined && seconds !== undefined) {
    return new Date(now.getTime() + Number(count) * seconds * 1_000);
  }
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined;
  const at = new Date(text);
  // Date reads the 31st of February as the 3rd of March.
  const isReal = !Number.isNaN(at.getTime()) && (text.length > 10 || at.toISOString().startsWith(text));
  return isReal ? at : undefined;
}

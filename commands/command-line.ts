/** A command line that is not valid; the message says which part. */
export class BadArguments extends Error {
  override readonly name = 'BadArguments';
}

/**
 * Returns the result of `parse`, a call of `parseArgs`.
 * @throws BadArguments  `parse` throws, for example for an unknown option
 */
export function understood<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new BadArguments(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** @throws BadArguments  the text is not a whole number of this range; the message names the option */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new BadArguments(`${option} must be a whole number of ${min}-${max}, and is "${text}".`);
}

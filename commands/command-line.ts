/** The command line cannot be understood; the message says what of it. */
export class BadArguments extends Error {
  override readonly name = 'BadArguments';
}

/**
 * What `parse`, a call of `parseArgs`, makes of a command line.
 * @throws BadArguments  it throws, as for an option that there is not
 */
export function understood<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new BadArguments(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** @throws BadArguments  naming the option, where the text is no whole number of this range */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new BadArguments(`${option} must be a whole number of ${min}-${max}, and is "${text}".`);
}

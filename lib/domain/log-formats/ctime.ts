/** The parts of a time as C's `ctime` writes it. */
export interface CtimeParts {
  readonly year: string;
  /** English, in three letters. */
  readonly month: string;
  readonly day: string;
  readonly clock: string;
  readonly fraction: string | undefined;
  readonly offset: string | undefined;
}

/** `Wed Mar  4 05:06:07 2026`, also with decimals, and with an offset before or after the year. */
const ctime =
  /^\[?[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?: (UTC|GMT|[+-]\d{4}))? (\d{4})(?: (UTC|GMT|[+-]\d{4}))?\]?$/;

/** Takes a time of `ctime` apart; returns `undefined` for another text. */
export function ctimeParts(text: string): CtimeParts | undefined {
  const match = ctime.exec(text);
  if (match === null) return undefined;
  const [, month = '', day = '', clock = '', fraction, before, year = '', after] = match;
  return { year, month, day: day.replace(' ', '0'), clock, fraction, offset: before ?? after };
}

import { BadArguments } from '../commands/command-line.ts';
import { value, wholeNumberOf, type Option } from '../commands/define-command/options.ts';

/** Declares an option that is a number of something, from 1 on. */
export function count(help: string, byDefault: number): Option<number> {
  return value({ shows: '<n>', help, default: byDefault, read: wholeNumberOf(1, 1_000_000_000) });
}

/** Returns a reader that accepts numbers of a range, with up to three decimals. */
export function numberOf(min: number, max: number): (text: string, name: string) => number {
  return (text, name) => {
    const number = /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new BadArguments(`${name} must be a number of ${min}-${max}, and is "${text}".`);
  };
}

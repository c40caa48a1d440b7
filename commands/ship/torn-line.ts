import type { Line } from './input/split-lines.ts';

/** The form of a line: the quotes in it, and the words after the last one. */
interface Form {
  readonly quotes: number;
  readonly wordsAfter: number;
}

/**
 * Creates a check whether the last line of a log was cut off while it was written: it has no line feed, and less than the line
 * before. Such a line is read when it is whole, since its batch would differ then. Call it for every line with an entry.
 */
export function createTornLineCheck(): (line: Line) => boolean {
  let before: string | undefined;
  return ({ text = '', isTerminated }) => {
    if (isTerminated) {
      before = text;
      return false;
    }
    if (before === undefined || text.trimEnd().endsWith('}')) return false;
    const [is, was] = [formOf(text), formOf(before)];
    return is.quotes < was.quotes || is.wordsAfter < was.wordsAfter;
  };
}

function formOf(text: string): Form {
  const parts = text.split('"');
  return { quotes: parts.length - 1, wordsAfter: (parts.at(-1) ?? '').split(' ').filter(Boolean).length };
}

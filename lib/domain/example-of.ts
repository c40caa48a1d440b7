import type { Problem } from '../errors.ts';

/**
 * Returns a sentence about the first of the problems, to stand behind another; `''` if there is none.
 * @param part  the word for the part of a batch that an index counts
 */
export function exampleOf([first]: readonly Problem[], part: string): string {
  if (first === undefined) return '';
  const { index, field, reason } = first;
  return ` For example, ${part} ${index}: ${field === undefined ? '' : `${field} `}${reason}.`;
}

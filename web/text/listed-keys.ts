import { otherKey } from '../figures/key-lists.ts';
import { formatCount } from './format.ts';

/**
 * Names the keys of a list: `user agents`, or `1,000 largest user agents`.
 * @param listed  the number of its keys if there are more than those
 */
export function nameKeys(noun: string, listed: number | undefined): string {
  return listed === undefined ? noun : `${formatCount(listed)} largest ${noun}`;
}

/** Says that a list has the largest keys alone. */
export function describeListedKeys(keys: string): string {
  return `Only the ${keys} are listed and searched. ${otherKey} has the rest.`;
}

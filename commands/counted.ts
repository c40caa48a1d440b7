import { whole } from './whole.ts';

/** Formats a number of things for people: `1 batch`, `12,345 batches`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${whole(number)} ${number === 1 ? one : many}`;
}

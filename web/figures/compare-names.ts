const collator = new Intl.Collator('en', { numeric: true });

/** Compares names as people sort them: without regard to case at first, and numbers within them by their value. */
export function compareNames(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Names the range to compare with: `a week before`. */
export function comparisonName(weeks: number): string {
  return weeks === 1 ? 'a week before' : weeks === 52 ? 'a year before' : `${weeks} weeks before`;
}

/** Names it in full, for figures. */
export function comparisonNote(weeks: number): string {
  return `${comparisonName(weeks)}, on the same weekdays`;
}

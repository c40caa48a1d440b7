/** Treatment of a batch with invalid entries: it is refused, or its valid entries count and the others are set aside. */
export type InvalidEntries = (typeof invalidEntries)[number];

export const invalidEntries = ['reject', 'set-aside'] as const;

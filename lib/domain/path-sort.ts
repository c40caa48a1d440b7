/** Values that paths can be sorted by. */
export const pathSorts = ['requests', 'errors', 'bytes', 'meanMs'] as const;
export type PathSort = (typeof pathSorts)[number];

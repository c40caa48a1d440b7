/**
 * Seeds whose histories missed a protection the last time, for those that few histories need. A search begins there. They
 * become worthless whenever the course of histories changes: then the search goes on as that of any other protection,
 * and takes a minute or two. `npm run simulate -- --without <protection>` prints the next seed.
 */
export const lastFound: Readonly<Record<string, number>> = {};

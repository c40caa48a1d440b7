// Loads other sources in place of some, by their addresses, for `take-away.mjs`.
let sources = new Map();

export function initialize(data) {
  sources = data;
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  const source = sources.get(url.split('?')[0]);
  return source === undefined ? loaded : { ...loaded, source };
}

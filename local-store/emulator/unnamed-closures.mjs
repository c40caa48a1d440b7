// Hooks of Node's loader, registered behind tsx. tsx has esbuild keep the names of functions, for which it wraps each
// closure in `__name(…)`: it sets the property anew whenever the closure is created, at 0.25 µs each, which is 5 % of the
// processor time of a small batch. Nothing here depends on those names; functions keep the names that the language gives
// them. The text keeps its length, so that source maps stay right.
const setsName = '__defProp(target,"name",{value,configurable:true})';
const setsNothing = 'target'.padEnd(setsName.length);

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!/\.ts(?:$|\?)/.test(url) || !loaded.source) return loaded;
  return { ...loaded, source: String(loaded.source).replace(setsName, setsNothing) };
}

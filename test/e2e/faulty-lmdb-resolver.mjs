// Puts `faulty-lmdb.mjs` in the place of lmdb, for all but itself.
export async function resolve(specifier, context, nextResolve) {
  const stand = new URL('faulty-lmdb.mjs', import.meta.url).href;
  if (specifier !== 'lmdb' || context.parentURL === stand) return nextResolve(specifier, context);
  return { url: stand, format: 'module', shortCircuit: true };
}

// Replaces lmdb by `faulty-lmdb.mjs`, for all modules but that one.
export async function resolve(specifier, context, nextResolve) {
  const stand = new URL('faulty-lmdb.mjs', import.meta.url).href;
  if (specifier !== 'lmdb' || context.parentURL === stand) return nextResolve(specifier, context);
  return { url: stand, format: 'module', shortCircuit: true };
}

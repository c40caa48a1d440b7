import QuickLRU from 'quick-lru';
import { browserFamily, browsers, browserVariants } from './user-agent/browsers.ts';
import { productFamily, runtimeFamily } from './user-agent/product-family.ts';
import { distinctProducts, leadingProducts, runtimes } from './user-agent/products.ts';

export { userAgentRulesVersion } from './user-agent/rules-version.ts';

/** The family of agents that none is known for. */
export const otherFamily = 'Other';

/** Every family that there can be: the dimension is bounded by it, whatever agents are sent. */
export const userAgentFamilies: ReadonlySet<string> = new Set([
  otherFamily,
  ...browsers.values(),
  ...[...browserVariants.values()].flat().map(([, family]) => family),
  ...distinctProducts.values(),
  ...leadingProducts.values(),
  ...runtimes.values(),
]);

const defaultMaxCachedAgents = 4_096;

/**
 * The family of a user agent (`Chrome`, `Mobile Safari`, `Googlebot`, `curl`), in the words of uap-core: one of
 * `userAgentFamilies`, 1–64 characters. `Other` where none is known, as for `''` and `'-'`. Any string will do, a header
 * that is already trimmed is expected. What differs from uap-core is in docs/reference/user-agents.md.
 */
export function userAgentFamily(userAgent: string): string {
  if (userAgent === '' || userAgent === '-') return otherFamily;
  return (
    productFamily(userAgent, otherFamily) ??
    browserFamily(userAgent) ??
    runtimeFamily(userAgent) ??
    otherFamily
  );
}

/**
 * `userAgentFamily` with a memory of the agents that were asked for last, as few agents send most entries. It keeps at
 * most twice `maxCachedAgents`: with agents of 1,024 characters about 8 MiB at the default.
 */
export function createUserAgentFamilies(
  maxCachedAgents = defaultMaxCachedAgents,
): (userAgent: string) => string {
  const cache = new QuickLRU<string, string>({ maxSize: maxCachedAgents });
  return (userAgent) => {
    const cached = cache.get(userAgent);
    if (cached !== undefined) return cached;
    const family = userAgentFamily(userAgent);
    cache.set(ownCopy(userAgent), family);
    return family;
  };
}

/** The same text in memory of its own: an agent that was read from a body is a part of it, and would keep all of it. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}

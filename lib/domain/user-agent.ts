import { browsers, browserVariants } from './user-agent/browsers.ts';
import { findBrowser } from './user-agent/find-browser.ts';
import { findProgram } from './user-agent/find-program.ts';
import { distinctProducts, leadingProducts, runtimes } from './user-agent/products.ts';
import { readSymbols } from './user-agent/symbols.ts';

export { userAgentRulesVersion } from './user-agent/rules-version.ts';

/** The family of agents that none is known for. */
const otherFamily = 'Other';

/** Every family that there can be: the dimension is bounded by it, whatever agents are sent. */
export const userAgentFamilies: ReadonlySet<string> = new Set([
  otherFamily,
  ...browsers.values(),
  ...[...browserVariants.values()].flat().map(([, family]) => family),
  ...distinctProducts.values(),
  ...leadingProducts.values(),
  ...runtimes.values(),
]);

/** A browser is looked for in so many characters, as ua-parser-js does. */
const maxBrowserLength = 500;

/** The symbols of the agent that is looked at: filled anew each time, since making one takes longer than filling it. */
let symbols = new Uint8Array(2_048);

/**
 * The family of a user agent (`Chrome`, `Mobile Safari`, `Googlebot`, `curl`), in the words of uap-core: one of
 * `userAgentFamilies`, 1–64 characters. `Other` where none is known, as for `''` and `'-'`. Any string will do, a header
 * that is already trimmed is expected. What differs from uap-core is in docs/user-agents.md.
 *
 * It takes a few nanoseconds for each character of any agent (bench/user-agent-speed.ts), so it need not be remembered.
 */
export function userAgentFamily(userAgent: string): string {
  if (userAgent === '' || userAgent === '-') return otherFamily;
  if (userAgent.length >= symbols.length) symbols = new Uint8Array(2 * userAgent.length);
  readSymbols(userAgent, symbols);
  const { product, isCrawler, runtime } = findProgram(symbols, userAgent.length);
  if (product !== undefined) return product;
  // Lest it counts as the browser that it also claims to be.
  if (isCrawler) return otherFamily;
  return browserFamily(userAgent) ?? runtime ?? otherFamily;
}

/** The family of the browser that sends `userAgent`, or `undefined` where none of the table is recognised. */
function browserFamily(userAgent: string): string | undefined {
  const length = Math.min(userAgent.length, maxBrowserLength);
  symbols[length] = 0;
  const name = userAgent.length > length && naver.test(userAgent) ? 'naver' : findBrowser(symbols, length);
  if (name === undefined) return undefined;
  for (const [pattern, family] of browserVariants.get(name) ?? []) {
    if (pattern.test(userAgent)) return family;
  }
  return browsers.get(name);
}

/** What decides behind these characters, too. */
const naver = /naver\(/i;

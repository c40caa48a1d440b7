import { browsers, browserVariants } from './user-agent/browsers.ts';
import { findBrowser } from './user-agent/find-browser.ts';
import { findProgram } from './user-agent/find-program.ts';
import { distinctProducts, leadingProducts, runtimes } from './user-agent/products.ts';
import { readSymbols } from './user-agent/symbols.ts';

export { userAgentRulesVersion } from './user-agent/rules-version.ts';

/** The family of agents whose family is not known. */
const otherFamily = 'Other';

/** Every possible family: limits the dimension, whatever agents are sent. */
export const userAgentFamilies: ReadonlySet<string> = new Set([
  otherFamily,
  ...browsers.values(),
  ...[...browserVariants.values()].flat().map(([, family]) => family),
  ...distinctProducts.values(),
  ...leadingProducts.values(),
  ...runtimes.values(),
]);

/** Browsers are looked for in this many characters, as in ua-parser-js. */
const maxBrowserLength = 500;

/** The symbols of the current agent: filled anew each time, since creating an array takes longer. */
let symbols = new Uint8Array(2_048);

/**
 * Returns the family of a user agent (`Chrome`, `Mobile Safari`, `Googlebot`, `curl`), in the words of uap-core: one
 * of `userAgentFamilies`, 1–64 characters; `Other` if none is known, as for `''` and `'-'`. It accepts any string and
 * expects a trimmed header. docs/reference/user-agents.md lists the differences from uap-core.
 *
 * It takes a few nanoseconds per character of any agent (bench/user-agent-speed.ts), so results need not be cached.
 */
export function userAgentFamily(header: string): string {
  if (header === '' || header === '-') return otherFamily;
  // IIS and Azure write blanks as `+`.
  const userAgent = header.includes(' ') || !header.includes('+') ? header : header.replaceAll('+', ' ');
  if (userAgent.length >= symbols.length) symbols = new Uint8Array(2 * userAgent.length);
  readSymbols(userAgent, symbols);
  const { product, isCrawler, runtime } = findProgram(symbols, userAgent.length);
  if (product !== undefined) return product;
  // Otherwise it would count as the browser that it also claims to be.
  if (isCrawler) return otherFamily;
  return browserFamily(userAgent) ?? runtime ?? otherFamily;
}

/** Returns the family of the browser that sends `userAgent`, or `undefined` if it is none of the table. */
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

/** A pattern that also decides after these characters. */
const naver = /naver\(/i;

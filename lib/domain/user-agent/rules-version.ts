/** Raised with every change of the tables or of the code beside them; a test compares the rules with a digest. */
const RULES_REVISION = 5;

/**
 * The version of ua-parser-js whose results the browser search reproduces; a test compares `browser-patterns.ts` with
 * it.
 */
export const patternsVersion = '1.0.41';

/**
 * The version of the rules that found a batch's families. It changes whenever the same agent could get another
 * family.
 */
export const userAgentRulesVersion = `${RULES_REVISION}+ua-parser-js.${patternsVersion}`;

/** Raised with every change of the tables or of the code beside them; a test holds the rules against a digest. */
const RULES_REVISION = 3;

/** The version of ua-parser-js that the browsers are found as by; a test holds `browser-patterns.ts` to it. */
export const patternsVersion = '1.0.41';

/** Under which rules a batch's families were found. It differs whenever the same agent could be given another family. */
export const userAgentRulesVersion = `${RULES_REVISION}+ua-parser-js.${patternsVersion}`;

import { UAParser } from 'ua-parser-js';

/** Raised with every change of the tables or of the code beside them; a test holds the rules against a digest. */
const RULES_REVISION = 2;

/**
 * Under which rules a batch's families were found. It differs whenever the same agent could be given another family:
 * by our own revision, and by the version of the library whose patterns find the browsers. Before another version of
 * the library is taken, `bench/user-agent-speed.ts` tells whether one of its patterns has become slow.
 */
export const userAgentRulesVersion = `${RULES_REVISION}+ua-parser-js.${UAParser.VERSION}`;

/**
 * What decides under which key a request is counted, besides the request itself. Rules change from version to version;
 * so they are applied once, before a batch is stored, and the version goes into the batch's header.
 */
export interface CountingRules {
  readonly version: string;
  /** The family of a trimmed user agent, `Other` where none is known. */
  userAgentFamily(userAgent: string): string;
}

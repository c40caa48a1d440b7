import { createPathFolding, pathTemplatesVersion, type PathTemplate } from './path-templates.ts';
import { createUserAgentFamilies, userAgentRulesVersion } from './user-agent.ts';

/**
 * What decides under which key a request is counted, besides the request itself. Rules change from version to version,
 * and with the configuration; so they are applied once, before a batch is stored, and the version goes into the batch's
 * header.
 */
export interface CountingRules {
  /** Differs wherever the same request could be given another key. */
  readonly version: string;
  /** The family of a trimmed user agent, `Other` where none is known. */
  userAgentFamily(userAgent: string): string;
  /** What a path is counted as: itself, or a template that it matches. */
  countedPath(path: string): string;
}

/** The rules of this version of the pipeline, for who counts with these path templates. */
export function createCountingRules(pathTemplates: readonly PathTemplate[]): CountingRules {
  const pathsVersion = pathTemplatesVersion(pathTemplates);
  return {
    // Without templates it is that of the user agents alone, as in all batches from before there were any.
    version: pathsVersion === undefined ? userAgentRulesVersion : `${userAgentRulesVersion}+${pathsVersion}`,
    userAgentFamily: createUserAgentFamilies(),
    countedPath: createPathFolding(pathTemplates),
  };
}

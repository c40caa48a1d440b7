import { pathQueryVersion, withoutQuery, type PathQuery } from './counted-path.ts';
import { createPathFolding, pathTemplatesVersion, type PathTemplate } from './path-templates.ts';
import { userAgentFamily, userAgentRulesVersion } from './user-agent.ts';

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
  /** What a path is counted as: itself, with or without its query string, or a template that it matches. */
  countedPath(path: string): string;
}

/**
 * The rules of this version of the pipeline, for a configuration.
 * @param pathQuery  whether a path is counted with its query string; templates apply to what is left of it
 */
export function createCountingRules(
  pathTemplates: readonly PathTemplate[],
  pathQuery: PathQuery = 'keep',
): CountingRules {
  const fold = createPathFolding(pathTemplates);
  // Without templates and with query strings it is that of the user agents alone, as in batches from before either.
  const versions = [userAgentRulesVersion, pathTemplatesVersion(pathTemplates), pathQueryVersion(pathQuery)];
  return {
    version: versions.filter((version) => version !== undefined).join('+'),
    userAgentFamily,
    countedPath: pathQuery === 'drop' ? (path) => fold(withoutQuery(path)) : fold,
  };
}

import { fieldAliasesVersion } from './field-aliases.ts';
import { pathQueryVersion, withoutQuery, type PathQuery } from './counted-path.ts';
import { createPathFolding, pathTemplatesVersion, type PathTemplate } from './path-templates.ts';
import { userAgentFamily, userAgentRulesVersion } from './user-agent.ts';

/**
 * The rules that decide, together with the request, under which key it is counted. They change with versions and with
 * the configuration, so they are applied once, before a batch is stored, and their version goes into the batch's
 * header.
 */
export interface CountingRules {
  /** Changes whenever the same request could get another key. */
  readonly version: string;
  /** Returns the family of a trimmed user agent, `Other` if none is known. */
  userAgentFamily(userAgent: string): string;
  /** Returns the key of a path: the path itself, with or without its query string, or a template that it matches. */
  countedPath(path: string): string;
}

/**
 * Creates the rules of this version of the pipeline for a configuration.
 * @param pathQuery  says whether a path is counted with its query string; templates apply to the rest
 */
export function createCountingRules(
  pathTemplates: readonly PathTemplate[],
  pathQuery: PathQuery = 'keep',
): CountingRules {
  const fold = createPathFolding(pathTemplates);
  // The names of fields decide which of them is read, so they are part of the version, too.
  const versions = [
    userAgentRulesVersion,
    fieldAliasesVersion,
    pathTemplatesVersion(pathTemplates),
    pathQueryVersion(pathQuery),
  ];
  return {
    version: versions.filter((version) => version !== undefined).join('+'),
    userAgentFamily,
    countedPath: pathQuery === 'drop' ? (path) => fold(withoutQuery(path)) : fold,
  };
}

import { agentClassesVersion, rememberedClasses, type AgentClass } from './agent-class.ts';
import { fieldAliasesVersion } from './field-aliases.ts';
import { pathQueryVersion, withoutQuery, type PathQuery } from './counted-path.ts';
import { createPathFolding, pathTemplatesVersion, type PathTemplate } from './path-templates.ts';
import type { VisitorMark } from './visitors.ts';
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
  /** Returns the class of a trimmed user agent. */
  agentClass(userAgent: string): AgentClass;
  /** Returns the mark of a visitor; absent where the installation has no secret for it, and visitors are not counted. */
  readonly visitorMark?: ((visitor: Visitor) => VisitorMark) | undefined;
}

/** A visitor of one day. */
export interface Visitor {
  readonly address: string;
  readonly userAgent: string;
  /** UTC day, in days since 1970. */
  readonly day: number;
}

/** A way to count visitors. */
export interface VisitorMarks {
  /** Changes with the secret. */
  readonly version: string;
  markOf(visitor: Visitor): VisitorMark;
}

/**
 * Creates the rules of this version of the pipeline for a configuration.
 * @param pathQuery  says whether a path is counted with its query string; templates apply to the rest
 * @param visitors   counts visitors; without it they are not counted
 */
export function createCountingRules(
  pathTemplates: readonly PathTemplate[],
  pathQuery: PathQuery = 'keep',
  visitors?: VisitorMarks,
): CountingRules {
  const fold = createPathFolding(pathTemplates);
  // The names of fields decide which of them is read, so they are part of the version, too.
  const versions = [
    userAgentRulesVersion,
    agentClassesVersion,
    fieldAliasesVersion,
    pathTemplatesVersion(pathTemplates),
    pathQueryVersion(pathQuery),
    visitors?.version,
  ];
  return {
    version: versions.filter((version) => version !== undefined).join('+'),
    userAgentFamily,
    agentClass: rememberedClasses(),
    ...(visitors && { visitorMark: (visitor: Visitor) => visitors.markOf(visitor) }),
    countedPath: pathQuery === 'drop' ? (path) => fold(withoutQuery(path)) : fold,
  };
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const rulesPath = createRequire(import.meta.url).resolve('uap-core/regexes.yaml');

/**
 * Creates a function that finds a family as uap-core's specification describes: the first of its `user_agent_parsers`
 * that matches gives `family_replacement`, with `$1` filled in, or its first group; without a match `Other`.
 */
export function uapCoreFamilies(): (userAgent: string) => string {
  const parsers = readUserAgentParsers(readFileSync(rulesPath, 'utf8'));
  return (userAgent) => {
    for (const { pattern, replacement } of parsers) {
      const match = pattern.exec(userAgent);
      if (match === null) continue;
      return replacement?.replaceAll('$1', () => match[1] ?? '') ?? match[1] ?? 'Other';
    }
    return 'Other';
  };
}

interface UserAgentParser {
  readonly pattern: RegExp;
  readonly replacement: string | undefined;
}

/**
 * Reads the one section of the one YAML file that is needed: a list of mappings, each value a quoted string on one
 * line. A line of another form is an error, so that nothing is skipped silently.
 */
function readUserAgentParsers(yaml: string): UserAgentParser[] {
  const entries: Map<string, string>[] = [];
  for (const line of sectionOf(yaml, 'user_agent_parsers')) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const field = /^ +(- )?([a-z0-9_]+): *(?:'((?:[^']|'')*)'|"([^"\\]*)") *(?:#.*)?$/.exec(line);
    const name = field?.[2];
    if (field === null || name === undefined)
      throw new Error(`uap-core has a line of an unknown shape: ${line}`);
    if (field[1] !== undefined) entries.push(new Map());
    entries.at(-1)?.set(name, (field[3] ?? field[4] ?? '').replaceAll("''", "'"));
  }
  return entries.map((entry) => {
    const regex = entry.get('regex');
    if (regex === undefined) throw new Error('uap-core has a parser without a pattern.');
    return {
      pattern: new RegExp(regex, entry.get('regex_flag')),
      replacement: entry.get('family_replacement'),
    };
  });
}

function sectionOf(yaml: string, name: string): string[] {
  const lines = yaml.split(/\r?\n/);
  const start = lines.indexOf(`${name}:`);
  if (start === -1) throw new Error(`uap-core has no section ${name}.`);
  const length = lines.slice(start + 1).findIndex((line) => /^[a-z_]+:/.test(line));
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length);
}

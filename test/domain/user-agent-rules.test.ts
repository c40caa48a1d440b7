import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { userAgentRulesVersion } from '../../lib/domain/user-agent.ts';
import { browsers, browserVariants } from '../../lib/domain/user-agent/browsers.ts';
import { distinctProducts, leadingProducts, runtimes } from '../../lib/domain/user-agent/products.ts';

/** The rules at the time when they got this version. */
const frozen = {
  version: '5+ua-parser-js.1.0.41',
  tables: '4b7b299b0076a7a0',
  families: '6862d096a880278a',
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

describe('userAgentRulesVersion', () => {
  it('is raised with every change of the tables (raise RULES_REVISION, then write the new digest here)', () => {
    const sorted = (table: ReadonlyMap<string, unknown>): unknown[] =>
      [...table].sort(([a], [b]) => (a < b ? -1 : 1));
    const variants = [...browserVariants].map(
      ([name, cases]) => [name, cases.map(([pattern, family]) => [String(pattern), family])] as const,
    );
    const tables = [browsers, new Map(variants), distinctProducts, leadingProducts, runtimes].map(sorted);
    expect({ version: userAgentRulesVersion, tables: digest(JSON.stringify(tables)) }).toEqual({
      version: frozen.version,
      tables: frozen.tables,
    });
  });

  it('is raised when a listed agent gets another family (or, where agents were only added, the digest renewed)', () => {
    const list = readFileSync(new URL('../fixtures/user-agents.txt', import.meta.url), 'utf8')
      .split(/\r?\n/)
      .filter((line) => line.includes('\t'))
      .sort()
      .join('\n');
    expect({ version: userAgentRulesVersion, families: digest(list) }).toEqual({
      version: frozen.version,
      families: frozen.families,
    });
  });
});

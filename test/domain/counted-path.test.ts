import { describe, expect, it } from 'vitest';
import { withoutQuery } from '../../lib/domain/counted-path.ts';
import { agentClassesVersion } from '../../lib/domain/agent-class.ts';
import { createCountingRules } from '../../lib/domain/counting-rules.ts';
import { minutesOf, summarise } from '../../lib/domain/summarise.ts';
import { decodePartial } from '../../lib/domain/partial.ts';
import { fieldAliasesVersion } from '../../lib/domain/field-aliases.ts';
import { userAgentRulesVersion } from '../../lib/domain/user-agent.ts';
import { isPathTemplate, listPathTemplates, type PathTemplate } from '../../lib/domain/path-templates.ts';
import { parseLogEntry } from '../../lib/domain/log-entry.ts';
import { batchIdOf, customer, instant, sentEntry } from '../factories.ts';

const templates = (text: string): PathTemplate[] => listPathTemplates(text).filter(isPathTemplate);

describe('withoutQuery', () => {
  it.each([
    ['/login', '/login'],
    ['/login?user=ann@example.com', '/login'],
    ['/a?b?c#d', '/a'],
    ['/callback#access_token=secret', '/callback'],
    ['/a#b?c', '/a'],
    ['/a?', '/a'],
    ['/a#', '/a'],
    ['?token=1', '/'],
    ['#token', '/'],
    ['https://example.com/a?b', 'https://example.com/a'],
    ['*', '*'],
    ['/a%3Fb=1', '/a%3Fb=1'],
    ['/a;jsessionid=1?b', '/a;jsessionid=1'],
  ])('leaves of %s the path %s', (path, left) => {
    expect(withoutQuery(path)).toBe(left);
  });
});

describe('the counting rules', () => {
  const paths = ['/search?q=ann', '/search?q=bob', '/users/7?tab=2', '/users/8#top', '/users'];

  function countedPaths(rules: ReturnType<typeof createCountingRules>): Record<string, number> {
    const entries = [...paths, ...paths].flatMap((path, n) => {
      return parseLogEntry(sentEntry({ path, method: n < paths.length ? 'GET' : 'POST' })) ?? [];
    });
    const batch = {
      customerId: customer('cus-axon'),
      batchId: batchIdOf('k'),
      payloadHash: 'a'.repeat(64),
      storedAt: instant('2025-12-28T18:04:00Z'),
    };
    const options = {
      rules,
      allowedLatenessSeconds: 600,
      maxFutureSeconds: 3_600,
      maxRecordBytes: 1_048_576,
    };
    const [partial, ...others] = summarise(batch, minutesOf(entries), options);
    expect(others).toEqual([]);
    if (partial === undefined) throw new Error('There is no partial.');
    return Object.fromEntries(decodePartial(partial.data).counts.requestsByPath);
  }

  it('keep query strings by default', () => {
    expect(Object.keys(countedPaths(createCountingRules([])))).toContain('GET /search?q=ann');
    expect(countedPaths(createCountingRules([]))).toEqual(countedPaths(createCountingRules([], 'keep')));
  });

  it('drop query strings, of every method, before paths are compared with templates', () => {
    expect(countedPaths(createCountingRules([], 'drop'))).toEqual({
      'GET /search': 2,
      'GET /users/7': 1,
      'GET /users/8': 1,
      'GET /users': 1,
      'POST /search': 2,
      'POST /users/7': 1,
      'POST /users/8': 1,
      'POST /users': 1,
    });
    // With `keep` the fragment is a part of the segment, and `auto` does not fold `8#top`.
    expect(countedPaths(createCountingRules(templates('auto'), 'drop'))).toMatchObject({
      'GET /users/:id': 2,
      'POST /search': 2,
    });
  });

  it('have a version of their own for each configuration, and with `keep` the one that they always had', () => {
    expect(createCountingRules([], 'keep').version).toBe(
      `${userAgentRulesVersion}+${agentClassesVersion}+${fieldAliasesVersion}`,
    );
    const versions = ['', 'auto'].flatMap((text) =>
      (['keep', 'drop'] as const).map((query) => createCountingRules(templates(text), query).version),
    );
    expect(new Set(versions).size).toBe(4);
    expect(versions[1]).toBe(
      `${userAgentRulesVersion}+${agentClassesVersion}+${fieldAliasesVersion}+query.drop.1`,
    );
  });
});

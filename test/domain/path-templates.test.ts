import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentClassesVersion } from '../../lib/domain/agent-class.ts';
import { createCountingRules } from '../../lib/domain/counting-rules.ts';
import { countEntries } from '../../lib/domain/count-entries.ts';
import {
  createPathFolding,
  isPathTemplate,
  listPathTemplates,
  pathTemplatesVersion,
  problemOfPathTemplate,
  type PathTemplate,
} from '../../lib/domain/path-templates.ts';
import { fieldAliasesVersion } from '../../lib/domain/field-aliases.ts';
import { userAgentRulesVersion } from '../../lib/domain/user-agent.ts';
import { logEntry } from '../factories.ts';
import { cpuMilliseconds } from '../cpu-milliseconds.ts';

function templatesOf(text: string): PathTemplate[] {
  return listPathTemplates(text).map((template) => {
    if (!isPathTemplate(template)) throw new Error(`A test uses ${template}, which is no template.`);
    return template;
  });
}

const fold = (templates: string, path: string): string => createPathFolding(templatesOf(templates))(path);

/** Paths made of parts of templates, and of anything else. */
const paths = fc.oneof(
  fc
    .array(fc.constantFrom('users', '7', ':id', '*', '', 'deadbeef', '0badc0de', 'x%2Fy'))
    .map((segments) => `/${segments.join('/')}`),
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.webPath({ size: 'small' }).map((path) => `/${path}?q=1`),
);

describe('a pattern', () => {
  it.each([
    ['/users/:id', '/users/7', '/users/:id'],
    ['/users/:id', '/users/7?tab=a', '/users/:id'],
    ['/users/:id', '/users/%37%2F', '/users/:id'],
    ['/users/:id/orders/:order', '/users/7/orders/8', '/users/:id/orders/:order'],
    ['/search', '/search?q=shoes', '/search'],
    ['/', '/?utm=x', '/'],
    ['/v1/shoes:buy', '/v1/shoes:buy?n=1', '/v1/shoes:buy'],
    ['/assets/*', '/assets/a/b.js?v=1', '/assets/*'],
    ['/assets/*', '/assets/', '/assets/*'],
    ['/*', '/', '/*'],
    ['/*', '/.env?x', '/*'],
    ['/a/:b/*', '/a/b/c', '/a/:b/*'],
  ])('%s counts %s as %s', (template, path, counted) => {
    expect(fold(template, path)).toBe(counted);
  });

  it.each([
    ['/users/:id', '/users/'],
    ['/users/:id', '/users'],
    ['/users/:id', '/users/7/'],
    ['/users/:id', '//users/7'],
    ['/users/:id', '/users/7/orders'],
    ['/users/:id', '/Users/7'],
    ['/users/:id', '/us%65rs/7'],
    ['/users/:id', 'users/7'],
    ['/assets/*', '/assets'],
    ['/assets/*', '/assetsx/a'],
    ['/a/:b/*', '/a//c'],
    ['/*', '*'],
    ['/*', 'http://elsewhere/1'],
    ['/a.c', '/abc'],
  ])('%s leaves %s as it is', (template, path) => {
    expect(fold(template, path)).toBe(path);
  });

  it('decides where it is the first that matches', () => {
    expect(fold('/users/me /users/:id /*', '/users/me')).toBe('/users/me');
    expect(fold('/users/:id /users/me /*', '/users/me')).toBe('/users/:id');
    expect(fold('/users/me /users/:id /*', '/wp-login.php')).toBe('/*');
    expect(fold('/users/:id auto', '/users/7/orders/8')).toBe('/users/:id/orders/:id');
    expect(fold('/blog/2025 auto', '/blog/2025?a')).toBe('/blog/2025');
  });
});

describe('auto', () => {
  it.each([
    ['/users/7', '/users/:id'],
    ['/users/7?page=2', '/users/:id'],
    ['/7', '/:id'],
    ['/1/2/3/', '/:id/:id/:id/'],
    ['//4711//', '//:id//'],
    ['/blog/2025/12/title', '/blog/:id/:id/title'],
    ['/o/123e4567-e89b-12d3-a456-426614174000', '/o/:id'],
    ['/o/123E4567-E89B-12D3-A456-426614174000/x', '/o/:id/x'],
    ['/o/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', '/o/:id'],
    ['/o/507f1f77bcf86cd799439011', '/o/:id'],
    ['/commit/0BADC0DE', '/commit/:id'],
  ])('counts %s as %s', (path, counted) => {
    expect(fold('auto', path)).toBe(counted);
  });

  it.each([
    '/deadbeef',
    '/facade/defaced',
    '/cafe2',
    '/v2',
    '/7.html',
    '/a7',
    '/-7',
    '/1e3x',
    '/0badc0dex',
    '/123e4567-e89b-12d3-a456-42661417400',
    '/search?id=4711',
    '/٣',
    '7',
    '*',
  ])('leaves %s as it is', (path) => {
    expect(fold('auto', path)).toBe(path);
  });
});

describe('folding', () => {
  it('leaves every path as it is where there are no templates', () => {
    const countedPath = createPathFolding([]);
    const isUnchanged = fc.property(paths, (path) => {
      expect(countedPath(path)).toBe(path);
    });
    fc.assert(isUnchanged);
  });

  it('counts every entry once, whatever the paths, and the more templates the fewer keys', () => {
    const rules = createCountingRules(templatesOf('/users/:id /:a/* auto'));
    const asSent = createCountingRules([]);
    fc.assert(
      fc.property(fc.array(paths), fc.constantFrom('GET', 'POST', 'M-SEARCH'), (sent, method) => {
        const entries = sent.map((path) => logEntry({ method, path: path.trim() || '/' }));
        const folded = countEntries(entries, rules).counts.requestsByPath;
        const unfolded = countEntries(entries, asSent).counts.requestsByPath;
        expect([...folded.values()].reduce((sum, requests) => sum + requests, 0)).toBe(entries.length);
        expect(folded.size).toBeLessThanOrEqual(unfolded.size);
        for (const key of folded.keys()) expect(key.startsWith(`${method} `)).toBe(true);
      }),
    );
  });

  it('keeps the method', () => {
    const entries = ['GET', 'DELETE'].map((method) => logEntry({ method, path: `/users/${method}?x= y` }));
    const { requestsByPath } = countEntries(entries, createCountingRules(templatesOf('/users/:id'))).counts;
    expect([...requestsByPath.keys()]).toEqual(['GET /users/:id', 'DELETE /users/:id']);
  });

  it('takes a time that only grows with the length of a path, whatever it contains', () => {
    const long = Array.from({ length: 99 }, (_, n) => `${'/a'.repeat(120)}/${n}`).join(' ');
    const countedPath = createPathFolding(templatesOf(`${long} auto`));
    const texts = ['/', '/a', '/1x', '/a1', 'a', '1', '-', '/:a'];
    const spent = cpuMilliseconds(() => {
      for (const text of texts) {
        const path = `/${text.repeat(300_000)}x`;
        expect(countedPath(path)).toBe(path);
      }
    });
    // It takes 0.1 s; a quadratic search in one of them would take minutes.
    expect(spent).toBeLessThan(10_000);
  });
});

describe('problemOfPathTemplate', () => {
  it.each([
    ['users/:id', 'must begin with /'],
    ['Auto', 'must begin with / or be auto'],
    ['/users/:', 'not a name'],
    ['/users/:user-id', 'not a name'],
    ['/files/:name.json', 'not a name'],
    ['/a*', 'only as its last segment'],
    ['/*/a', 'only as its last segment'],
    ['/search?q=:q', 'must have no query'],
    [`/${'a'.repeat(256)}`, 'at most 256 characters'],
  ])('refuses %s', (template, reason) => {
    expect(problemOfPathTemplate(template)).toContain(reason);
  });
});

describe('the version of the rules', () => {
  it('is that of the user agents where there are no templates, and differs with every other list', () => {
    const versions = ['', '/a/:b', '/a/:c', '/a/:b auto', 'auto /a/:b', 'auto'].map(
      (text) => createCountingRules(templatesOf(text)).version,
    );
    expect(versions[0]).toBe([userAgentRulesVersion, agentClassesVersion, fieldAliasesVersion].join('+'));
    expect(new Set(versions).size).toBe(versions.length);
    expect(createCountingRules(templatesOf(' /a/:b,\n auto ')).version).toBe(versions[3]);
  });

  // If a table above had to change, the meaning of `1` changes: raise TEMPLATE_RULES_REVISION then, and this.
  it('names the revision of the rules by which templates fold', () => {
    expect(pathTemplatesVersion(templatesOf('/users/:id auto'))).toMatch(/^paths\.1\.[\da-f]{16}$/);
  });
});

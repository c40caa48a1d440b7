import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProblems, type Policy } from '../../scripts/check-licences/find-problems.ts';
import { isPermissive } from '../../scripts/check-licences/licence-expression.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

describe('a licence expression', () => {
  it.each([
    'MIT',
    'ISC',
    '(MIT OR GPL-3.0-or-later)',
    'GPL-2.0-only OR (Apache-2.0 AND MIT)',
    'MIT AND Zlib',
    '(MIT AND (BSD-2-Clause OR AGPL-3.0-only))',
    'Apache-2.0 WITH LLVM-exception',
  ])('is permissive: %s', (expression) => {
    expect(isPermissive(expression)).toBe(true);
  });

  it.each([
    '',
    'UNLICENSED',
    'SEE LICENSE IN LICENSE.txt',
    'MIT License',
    'mit OR',
    'AGPL-3.0-or-later',
    'MPL-2.0',
    'MIT AND GPL-3.0-only',
    '(MIT OR ISC) AND LGPL-3.0-only',
    'GPL-3.0-only WITH MIT',
    '(MIT',
    'MIT)',
    'MIT OR OR ISC',
    'MIT MIT',
  ])('is not permissive: %j', (expression) => {
    expect(isPermissive(expression)).toBe(false);
  });
});

describe('the packages of a lock file', () => {
  const policy: Policy = { exceptions: [], keptMajors: [] };
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'licences-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function write(file: string, content: object): void {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), JSON.stringify(content));
  }

  /** @param packages  packages by their path under `node_modules` */
  function lock(packages: Record<string, object>): void {
    const entries = Object.entries(packages).map(([path, entry]) => [`node_modules/${path}`, entry] as const);
    write('package-lock.json', { packages: { '': { license: 'MIT' }, ...Object.fromEntries(entries) } });
  }

  it('are all looked at: nested ones, scoped ones, and those for other platforms', () => {
    lock({
      a: { version: '1.0.0', license: 'MIT' },
      'a/node_modules/@b/c': { version: '2.0.0', license: 'GPL-3.0-only' },
      'd-win32': { version: '3.0.0', license: 'SSPL-1.0', optional: true },
    });
    expect(findProblems(directory, policy)).toEqual([
      '@b/c@2.0.0 has the licence GPL-3.0-only.',
      'd-win32@3.0.0 has the licence SSPL-1.0.',
    ]);
  });

  it('are refused where they state no licence, or the installed one states another than the lock file', () => {
    lock({ a: { version: '1.0.0' }, b: { version: '1.0.0', license: 'MIT' } });
    write('node_modules/a/package.json', {});
    write('node_modules/b/package.json', { license: 'BUSL-1.1' });
    expect(findProblems(directory, policy)).toEqual([
      'a@1.0.0 has no licence.',
      'b@1.0.0 has the licence MIT and BUSL-1.1.',
    ]);
  });

  it('may state it as older packages do', () => {
    lock({ a: { version: '1.0.0' }, b: { version: '1.0.0' } });
    write('node_modules/a/package.json', { licenses: [{ type: 'MIT' }] });
    write('node_modules/b/package.json', { license: { type: 'ISC' } });
    expect(findProblems(directory, policy)).toEqual([]);
  });

  it('may be excepted, where they are for development alone, and only with the licence that was looked at', () => {
    const exception = { name: 'tool', licence: 'MPL-2.0', reason: 'a tool', isForDevelopment: true };
    const withTool = { ...policy, exceptions: [exception] };
    lock({
      tool: { version: '1.0.0', license: 'MPL-2.0', dev: true },
      'tool-linux-x64': { version: '1.0.0', license: 'MPL-2.0', dev: true },
    });
    expect(findProblems(directory, withTool)).toEqual([]);
    lock({ tool: { version: '1.0.0', license: 'MPL-2.0' } });
    expect(findProblems(directory, withTool)).toContain('tool@1.0.0 has the licence MPL-2.0.');
    lock({ tool: { version: '2.0.0', license: 'SSPL-1.0', dev: true } });
    expect(findProblems(directory, withTool)).toContain('tool@2.0.0 has the licence SSPL-1.0.');
    lock({});
    expect(findProblems(directory, withTool)).toEqual(['The exception for tool is not needed; remove it.']);
  });

  it('are refused in a major version that is not to be taken', () => {
    lock({ parser: { version: '2.0.1', license: 'MIT' } });
    const kept = { name: 'parser', major: 1, reason: 'version 2 is not free' };
    expect(findProblems(directory, { ...policy, keptMajors: [kept] })).toEqual([
      'parser@2.0.1 must stay at major version 1: version 2 is not free.',
    ]);
  });

  it('end the command with 1, and name ua-parser-js 2', () => {
    lock({
      'ua-parser-js': { version: '2.0.0', license: 'AGPL-3.0-or-later' },
      'axe-core': { version: '1.0.0', license: 'MPL-2.0', dev: true },
      lightningcss: { version: '1.0.0', license: 'MPL-2.0', dev: true },
    });
    const { status, stderr } = run('--import', 'tsx', 'scripts/check-licences.ts', '--directory', directory);
    expect(stderr).toContain('ua-parser-js@2.0.0 must stay at major version 1');
    expect(status).toBe(1);
  });
});

function run(...args: readonly string[]) {
  return spawnSync(process.execPath, args, { cwd: repository, encoding: 'utf8' });
}

it('finds the packages of this project permissive', () => {
  expect(run('--import', 'tsx', 'scripts/check-licences.ts')).toMatchObject({ status: 0, stderr: '' });
});

it('writes a bill of materials with every package by its own name, its licence and its hash', () => {
  expect(run('scripts/write-sbom.mjs')).toMatchObject({ status: 0 });
  const text = readFileSync(join(repository, 'artifacts/sbom.cdx.json'), 'utf8');
  const { bomFormat, metadata, components } = JSON.parse(text) as {
    bomFormat: string;
    metadata: { component: { name: string } };
    components: { name: string; version: string; purl: string; hashes?: object[]; licenses?: object[] }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  expect(metadata.component.name).toBe('log-analytics-pipeline');
  expect(components.find(({ name }) => name === 'osls')).toMatchObject({
    purl: expect.stringMatching(/osls/) as string,
  });
  expect(components.find(({ name }) => name === 'serverless')).toBeUndefined();
  expect(components.filter(({ hashes = [] }) => hashes.length === 0)).toEqual([]);
  expect(components.filter(({ licenses = [] }) => licenses.length > 0).length).toBeGreaterThan(400);
});

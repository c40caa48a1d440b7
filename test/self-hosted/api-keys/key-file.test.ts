import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openKeyFile } from '../../../self-hosted/api-keys/key-file.ts';
import { createKeyAuthorizer } from '../../../self-hosted/api-keys/key-authorizer.ts';
import { createLogger } from '../../../lib/logger.ts';
import { runCommand } from '../../commands/run-command.ts';

async function newFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-keys-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, 'keys.jsonl');
}

async function open(path: string) {
  const lines: string[] = [];
  const clock = { now: () => new Date() };
  const logger = createLogger({ level: 'info', clock, write: (line) => lines.push(line) });
  const file = await openKeyFile({ path, logger, readAgainMilliseconds: 5 });
  onTestFinished(() => file.stop());
  return { authorizer: createKeyAuthorizer(() => file.records(), clock), lines };
}

async function createKey(path: string, ...more: string[]): Promise<string> {
  const { stdout, exitCode } = await runCommand('api-keys', 'create', 'cus-axon', '--file', path, ...more);
  expect(exitCode).toBe(0);
  return stdout.trim();
}

const bearer = (key: string) => `Bearer ${key}`;

describe('a key that the command made', () => {
  it('is good for its customer and its scopes', async () => {
    const path = await newFile();
    const key = await createKey(path, '--scope', 'read', '--scope', 'operate');
    const { authorizer } = await open(path);
    expect(authorizer(bearer(key))).toMatchObject({
      kind: 'granted',
      context: { customerId: 'cus-axon', scopes: 'read operate', keyId: key.split('_')[1] },
    });
  });

  it.each([
    ['no key', undefined, 'API_1009'],
    ['another key', `lap_${'0'.repeat(16)}_${'0'.repeat(40)}_${'0'.repeat(32)}`, 'API_1010'],
    ['what is no key', 'secret', 'API_1010'],
  ])('does not let %s in', async (_what, key, errorCode) => {
    const path = await newFile();
    await createKey(path);
    const { authorizer } = await open(path);
    const decided = authorizer(key === undefined ? undefined : bearer(key));
    expect(decided).toMatchObject({ kind: 'refused', refusal: { errorCode } });
  });

  it('is not good with other random digits behind its id', async () => {
    const path = await newFile();
    const key = await createKey(path);
    const { authorizer } = await open(path);
    const changed = key.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(authorizer(bearer(changed))).toMatchObject({ kind: 'refused' });
  });

  it('ends when it expires', async () => {
    const path = await newFile();
    const key = await createKey(path, '--expires', '1d');
    const { authorizer } = await open(path);
    expect(authorizer(bearer(key)).kind).toBe('granted');
    const later = { now: () => new Date(Date.now() + 86_500_000) };
    const file = await openKeyFile({
      path,
      logger: createLogger({ level: 'error', clock: later, write: () => true }),
    });
    file.stop();
    expect(createKeyAuthorizer(() => file.records(), later)(bearer(key)).kind).toBe('refused');
  });
});

describe('a file that changes', () => {
  it('is read again: a new key is accepted, a revoked one is not', async () => {
    const path = await newFile();
    const first = await createKey(path);
    const { authorizer } = await open(path);
    const second = await createKey(path);
    const { exitCode } = await runCommand('api-keys', 'revoke', first.split('_')[1] ?? '', '--file', path);
    expect(exitCode).toBe(0);
    while (authorizer(bearer(first)).kind === 'granted') await sleep(5);
    expect(authorizer(bearer(second)).kind).toBe('granted');
  });

  it.each(['damaged', 'gone'])(
    'and is %s leaves the keys as they were, and is reported once',
    async (how) => {
      const path = await newFile();
      const key = await createKey(path);
      const { authorizer, lines } = await open(path);
      await (how === 'damaged' ? writeFile(path, '{') : rename(path, `${path}.old`));
      while (lines.length === 0) await sleep(5);
      await sleep(30); // some more looks
      expect(authorizer(bearer(key)).kind).toBe('granted');
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('the previous keys stay valid');
    },
  );

  it('must be there at the start', async () => {
    await expect(open('/nowhere/keys')).rejects.toThrow(/cannot be read.*API_KEYS_FILE/);
  });
});

describe('npm run api-keys -- --file', () => {
  it('rotates: both keys are good until the old one ends', async () => {
    const path = await newFile();
    const old = await createKey(path, '--label', 'edge');
    const id = old.split('_')[1] ?? '';
    const { stdout } = await runCommand('api-keys', 'rotate', id, '--file', path);
    const { authorizer } = await open(path);
    for (const key of [old, stdout.trim()]) expect(authorizer(bearer(key)).kind).toBe('granted');
    const listed = await runCommand('api-keys', 'list', '--json', '--file', path);
    const lines = listed.stdout.trim().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { label: 'edge' },
      { label: 'edge' },
    ]);
    expect(listed.stdout).toContain('expiresAt');
    expect(listed.stdout).not.toContain(old.split('_')[2]);
  });

  it.each([
    [['revoke', '0123456789abcdef'], 1, 'There is no key'],
    [['history'], 2, 'does not take'],
    [['drop-secret'], 2, 'does not take'],
  ])('%j ends with %i', async (args, exitCode, message) => {
    const ended = await runCommand('api-keys', ...args, '--file', await newFile());
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stderr).toContain(message);
  });

  it('says which file cannot be written', async () => {
    const ended = await runCommand('api-keys', 'create', 'cus-axon', '--file', '/nowhere/keys');
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/cannot be written.*\/nowhere/);
  });

  it('makes no operator of a deployed pipeline', async () => {
    const ended = await runCommand('api-keys', 'create', 'cus-axon', '--scope', 'operate');
    expect([ended.exitCode, ended.stderr]).toEqual([2, expect.stringContaining('--file')]);
  });
});

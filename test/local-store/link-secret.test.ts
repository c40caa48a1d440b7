import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnreadableFormat } from '../../lib/errors.ts';
import { openLinkSecret } from '../../local-store/link-secret.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'link-secret-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('the secret of share links of a data directory', () => {
  it('is made once, also where several ask at the same time', async () => {
    const opened = await Promise.all(Array.from({ length: 8 }, () => openLinkSecret(directory)));
    opened.push(await openLinkSecret(directory));
    expect(new Set(opened.map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(1);
    expect(opened[0]).toHaveLength(32);
    expect(await readdir(directory)).toEqual(['link-secret']);
  });

  it('is another one in another directory, and can be read by its owner alone', async () => {
    const secret = await openLinkSecret(directory);
    const path = join(directory, 'link-secret');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await rm(path);
    expect(await openLinkSecret(directory)).not.toEqual(secret);
  });

  it.each(['', '\n', 'ab'.repeat(31), `${'AB'.repeat(32)}\n`])(
    'stops the start where its file is damaged, and is not in the message: %j',
    async (text) => {
      await writeFile(join(directory, 'link-secret'), text);
      const failure: unknown = await openLinkSecret(directory).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(UnreadableFormat);
      expect(String(failure)).toContain('all share links then end');
      if (text.length > 1) expect(String(failure)).not.toContain(text.trim());
      expect(await readFile(join(directory, 'link-secret'), 'utf8')).toBe(text);
    },
  );
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnreadableFormat } from '../../lib/errors.ts';
import { requireDataDirectoryFormat } from '../../local-store/data-directory-format.ts';

describe('the format of a data directory', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'data-directory-'));
    file = join(directory, 'format.json');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is written to a new one, and found there again', async () => {
    await requireDataDirectoryFormat(directory);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ formatVersion: 2 });
    await requireDataDirectoryFormat(directory);
  });

  it('marks an older one, so that the older version no longer starts on it', async () => {
    await writeFile(file, '{"formatVersion":1}');
    await requireDataDirectoryFormat(directory);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ formatVersion: 2 });
  });

  it('is refused when a newer version wrote it, with a message that says so', async () => {
    await writeFile(file, '{"formatVersion":3,"more":true}');
    const refusal = requireDataDirectoryFormat(directory);
    await expect(refusal).rejects.toThrow(UnreadableFormat);
    await expect(refusal).rejects.toThrow('has format 3');
    await expect(refusal).rejects.toThrow('a newer version wrote it');
    expect(await readFile(file, 'utf8')).toBe('{"formatVersion":3,"more":true}');
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"formatVersion":"1"}',
    '{"formatVersion":0}',
    '{"formatVersion":1.5}',
  ])('is refused when it is damaged: %j', async (text) => {
    await writeFile(file, text);
    await expect(requireDataDirectoryFormat(directory)).rejects.toThrow(UnreadableFormat);
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { newerNodeFor, runsKafkaClient } from '../../commands/newer-node.ts';

describe('the Node.js of the cluster form', () => {
  it.each([
    ['20.20.2', false],
    ['22.21.9', false],
    ['22.22.0', true],
    ['23.11.0', false],
    ['24.5.0', false],
    ['24.6.0', true],
    ['26.0.0', true],
  ])('may be %s: %s, as its package says', async (version, isNewEnough) => {
    const file = new URL('../../self-hosted/package.json', import.meta.url);
    const { engines } = JSON.parse(await readFile(file, 'utf8')) as { engines: { node: string } };
    expect(engines.node).toBe('>=22.22.0 <23 || >=24.6.0');
    expect(runsKafkaClient(version)).toBe(isNewEnough);
  });

  it.each([undefined, 'local', 'aws'])('is this one with STORAGE=%s, however old it is', (storage) => {
    expect(newerNodeFor({ STORAGE: storage })).toBeUndefined();
  });
});

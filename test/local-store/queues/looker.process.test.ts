import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../temporary-log.ts';
import { bodies, openVerify, receiveAll } from './queue-fixture.ts';

describe('those who only look at queues', () => {
  it('see what another process has in them', async () => {
    const directory = await temporaryDirectory();
    const { queue } = await openVerify(directory);
    await queue.send('a');
    await receiveAll(queue);
    const script = fileURLToPath(new URL('./looker.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, directory]);
    expect(JSON.parse(stdout)).toEqual({ verify: [{ body: 'a', receiveCount: 1 }], other: [] });
    await queue.send('b');
    expect(bodies(queue.list())).toEqual(['a', 'b']);
  });
});

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { S3Event } from 'aws-lambda';
import { expect, it } from 'vitest';
import { openNotifying } from './notifications/notifying-fixture.ts';
import { temporaryDirectory } from './temporary-log.ts';

/** Lets a process write until it has acknowledged this many puts, kills it, and returns their keys. */
async function writeAndKill(directory: string, run: number, puts: number): Promise<readonly string[]> {
  const script = fileURLToPath(new URL('./notifications/notifying-writer.ts', import.meta.url));
  const writer = spawn(process.execPath, ['--import', 'tsx', script, directory, String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const keys: string[] = [];
  for await (const key of createInterface({ input: writer.stdout })) {
    keys.push(key);
    if (keys.length === puts) writer.kill('SIGKILL');
  }
  return keys;
}

it('leaves a message for every object, acknowledged or only there, when its process is killed', async () => {
  const directory = await temporaryDirectory();
  const acknowledged = new Set<string>();
  for (const [run, puts] of [1, 333, 1_500].entries()) {
    for (const key of await writeAndKill(directory, run, puts)) acknowledged.add(key);
    const { store, queue, objects, close } = await openNotifying(directory, { isLate: true });
    await store.close(); // it has sent what was left
    const notified = new Set(
      Array.from(queue.list(), ({ body }) => (JSON.parse(body) as S3Event).Records[0]?.s3.object.key),
    );
    const written = new Set<string>();
    for await (const key of objects.list('batches/')) written.add(key);
    expect([...acknowledged].filter((key) => !written.has(key))).toEqual([]);
    expect([...written].filter((key) => !notified.has(key))).toEqual([]);
    await close();
    await objects.close();
  }
  expect(acknowledged.size).toBeGreaterThan(1_000);
});

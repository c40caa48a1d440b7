import { rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { jsonLines, runCommand } from '../commands/run-command.ts';
import { useEmulator } from './emulator.ts';
import { countedRequests, entry, postLogs, total } from './requests.ts';

const emulator = useEmulator();

async function send(customerId: string, key: string): Promise<void> {
  const { status } = await postLogs(emulator, {
    customerId,
    body: [entry],
    headers: { 'idempotency-key': key },
  });
  expect(status).toBe(202);
}

it('counts once a failed record that was redriven and repaired', async () => {
  const customerId = 'cus-damaged';
  const directory = emulator.dataDirectory;
  const window = join(directory, 'objects/aggregates/minute', customerId, '2025/12/28/18/03.json');
  const inDirectory = ['--data-dir', directory];
  const letters = async () => jsonLines(await runCommand('dead-letters', '--json', ...inDirectory));
  // Whether roll-up comes upon the damaged minute, too, is a matter of time; a redrive leaves its failed record to it.
  const records = async () =>
    (await letters()).filter((letter) => !JSON.stringify(letter).includes('"roll-up '));
  const whenFailed = async () => {
    while ((await records()).length === 0) await sleep(50);
    return records();
  };

  const cause = `aggregates/minute/${customerId}/2025/12/28/18/03.json: A window is damaged: it ends too early.`;

  // Nothing was ever sent for this hour, but a failed record of the customer may belong to any.
  const hour = { from: '2025-12-20T10:00:00Z', to: '2025-12-20T11:00:00Z' };
  const isComplete = async (customer = customerId) => (await total(emulator, customer, hour)).complete;

  await send(customerId, 'first');
  expect(await countedRequests(emulator, customerId)).toBe(1);
  expect(await isComplete()).toBe(true);
  await truncate(window, (await stat(window)).size - 40);
  await send(customerId, 'second');
  const [letter] = await whenFailed();
  expect(letter).toMatchObject({ cause });

  expect(await total(emulator, customerId, hour)).toMatchObject({ complete: false, countedThrough: null });
  expect(await isComplete('cus-other')).toBe(true);

  // Commands that write are refused while the pipeline runs.
  for (const command of [
    ['dead-letters', 'redrive', '--all'],
    ['audit', '--repair'],
  ] as const) {
    const [name, ...args] = command;
    const refused = await runCommand(name, ...args, ...inDirectory);
    expect(refused.stderr).toContain('in use by process');
    expect(refused.exitCode).toBe(2);
  }

  // Redriven while its cause still exists, it becomes a failed record again.
  await emulator.end();
  const redriven = await runCommand('dead-letters', 'redrive', '--all', ...inDirectory);
  expect(redriven.exitCode).toBe(0);
  expect(await records()).toEqual([]);
  await emulator.start();
  const [again] = await whenFailed();
  expect(await isComplete()).toBe(false);
  expect(again).toMatchObject({ cause });

  // The test deletes the window; its content is recreated, and the redriven record adds nothing to it.
  await emulator.end();
  await rm(window);
  await runCommand('dead-letters', 'redrive', '--all', ...inDirectory);
  const repaired = await runCommand('audit', '--repair', '--pending-seconds', '0', ...inDirectory);
  expect(repaired.stdout).toContain('2 requests');
  expect(repaired.stdout).toMatch(/1 difference, all repaired\.\n$/);
  expect(repaired.exitCode).toBe(0);
  await emulator.start();
  expect(await countedRequests(emulator, customerId)).toBe(2);
  expect(await isComplete()).toBe(true);
  while (!(await total(emulator, customerId)).complete) await sleep(50);
  expect(await total(emulator, customerId)).toMatchObject({ requests: 2 });
  expect(await letters()).toEqual([]);
  const audited = await runCommand('audit', '--pending-seconds', '0', ...inDirectory);
  expect(audited.stdout).toMatch(/No differences\.\n$/);
});

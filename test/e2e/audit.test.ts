import { expect, it } from 'vitest';
import { jsonLines, runCommand } from '../commands/run-command.ts';
import { useEmulator } from './emulator.ts';
import { countedRequests, entry, postLogs, rolledUpRequests } from './requests.ts';

const emulator = useEmulator();

async function send(customerId: string, key: string): Promise<void> {
  const { status } = await postLogs(emulator, {
    customerId,
    body: [entry],
    headers: { 'idempotency-key': key },
  });
  expect(status).toBe(202);
}

it('finds nothing beside a pipeline that is busy, and nothing after', async () => {
  const customerId = 'cus-busy';
  const over = new AbortController();
  let sent = 0;
  const sendUntilOver = async () => {
    while (!over.signal.aborted) await send(customerId, String(sent++));
  };
  const senders = Array.from({ length: 8 }, sendUntilOver);
  for (let audits = 0; audits < 3; audits++) {
    const { exitCode, stdout } = await runCommand('audit', '--data-dir', emulator.dataDirectory);
    expect(stdout).toMatch(/No differences\.\n$/);
    expect(exitCode).toBe(0);
  }
  over.abort();
  await Promise.all(senders);
  expect(await countedRequests(emulator, customerId)).toBe(sent);
  expect((await rolledUpRequests(emulator, customerId, sent)).hours).toEqual({
    '2025-12-28T18:00:00Z': sent,
  });

  const args = ['--data-dir', emulator.dataDirectory, '--pending-seconds', '0', '--json'];
  const [whole, ...findings] = jsonLines(await runCommand('audit', ...args)).toReversed();
  expect(findings).toEqual([]);
  const nothing = { differences: 0, notAuditable: 0, pending: 0, pendingRollUps: 0 };
  expect(whole).toMatchObject({ batches: sent, rollUps: 2, ...nothing });
});

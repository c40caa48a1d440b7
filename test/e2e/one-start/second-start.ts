import { expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../emulator.ts';
import { countedRequests, entry, postLogs } from '../requests.ts';

/** Tests another start on the data directory of an emulator that runs. */
export function describeSecondStart(emulator: Emulator): void {
  it('is refused with a message that names the first one', async () => {
    const second = await emulator.spawnSecond();
    onTestFinished(async () => {
      second.kill('SIGKILL');
      await second.ended;
    });
    const { exitCode, output } = await second.ended;

    expect(exitCode).toBe(1);
    expect(output).toContain(
      `${emulator.dataDirectory} is in use by process ${emulator.pid} (log analytics pipeline)`,
    );
    expect(output).not.toMatch(/\n\s+at /); // a message, not a stack
  });

  it('leaves the first one at work', async () => {
    const answer = await postLogs(emulator, { customerId: 'cus-first', body: [entry] });

    expect(answer.status).toBe(202);
    expect(await countedRequests(emulator, 'cus-first')).toBe(1);
  });
}

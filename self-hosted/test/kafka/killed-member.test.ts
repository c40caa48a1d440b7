import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTopic } from './source-fixture.ts';
import { until } from './until.ts';

const program = fileURLToPath(new URL('killed-member/member.ts', import.meta.url));
const kills = 4;

describe('members of a group that are killed', () => {
  it('lose no record, whether they come back or others take over', async () => {
    const topic = await openTopic(4);
    const { brokers, prefix } = topic.connection;
    const processed = new Map<string, number>();

    function startMember(name: string): ChildProcess {
      const child = spawn(process.execPath, [program, brokers.join(','), prefix, name], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let rest = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        const lines = `${rest}${text}`.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) processed.set(line, (processed.get(line) ?? 0) + 1);
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    }

    let put = 0;
    const stopping = new AbortController();
    const putting = (async () => {
      while (!stopping.signal.aborted) {
        await topic.put(Array.from({ length: 50 }, () => `record-${(put += 1)}`));
        await sleep(50);
      }
    })();
    const members = [startMember('one'), startMember('two')];
    await until(() => processed.size > 500);
    for (let kill = 0; kill < kills; kill += 1) {
      const place = kill % members.length;
      const victim = members[place];
      if (victim === undefined) continue;
      const exited = once(victim, 'exit');
      victim.kill('SIGKILL');
      await exited;
      const putBefore = put;
      const start = () => (members[place] = startMember(place === 0 ? 'one' : 'two'));
      // The first two come back at once; for the next two the other one takes over.
      const comesBackAtOnce = kill < 2;
      if (comesBackAtOnce) start();
      await until(() => hasAll(processed, putBefore));
      if (!comesBackAtOnce) start();
    }
    stopping.abort();
    await putting;
    await until(async () => (await topic.waiting()) === 0n);
    await until(() => processed.size === put);
    const repeated = [...processed.values()].filter((times) => times > 1).length;
    console.log(`${put} records were put, and ${repeated} of them processed more than once.`);
    // Every kill repeats what was under way and not committed, and no more.
    expect(repeated).toBeLessThan(put / 2);
  });
});

/** Reports whether all records up to this number are processed, those of the killed member among them. */
function hasAll(processed: ReadonlyMap<string, number>, count: number): boolean {
  return Array.from({ length: count }, (_, index) => `record-${index + 1}`).every((text) =>
    processed.has(text),
  );
}

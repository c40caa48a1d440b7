import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { realTiming } from '../../client/timing.ts';
import { commands } from '../../commands/commands.ts';
import { runCommandLine } from '../../commands/run-command-line.ts';

async function run(...argv: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exitCode = await runCommandLine(argv, {
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: {},
    clock: { now: () => new Date() },
    timing: realTiming,
    events: new EventEmitter(),
    describeService: () => expect.fail('not expected'),
    exit: () => expect.fail('not expected'),
    handOver: () => expect.fail('not expected'),
  });
  stdout.end();
  stderr.end();
  return { exitCode, stdout: await text(stdout), stderr: await text(stderr) };
}

describe('log-analytics', () => {
  it('lists its commands', async () => {
    for (const argv of [[], ['--help'], ['help']]) {
      const { exitCode, stdout } = await run(...argv);
      expect(exitCode).toBe(0);
      for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`  ${name} +${summary}\n`));
    }
  });

  it.each([
    ['shp', 'There is no command "shp". Did you mean ship? See log-analytics --help.\n'],
    ['dead-letter', 'There is no command "dead-letter". Did you mean dead-letters?'],
    ['xyzzy', 'There is no command "xyzzy". See log-analytics --help.\n'],
  ])('says that there is no command %s', async (name, message) => {
    const { exitCode, stderr } = await run(name);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  it.each(commands.map(({ name }) => [name]))('explains %s by its own name', async (name) => {
    const { exitCode, stdout } = await run(name, '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`  log-analytics ${name}`);
    expect(stdout).toContain('Exit codes:');
    const words = stdout.split('\n').flatMap((line) => (line.length > 100 ? [line] : []));
    expect(words).toEqual([]);
  });

  it('has an npm script of the same name for each command', () => {
    const read = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { bin, scripts } = JSON.parse(read) as { bin: object; scripts: Record<string, string> };
    expect(bin).toEqual({ 'log-analytics': 'bin/log-analytics.mjs' });
    for (const { name } of commands) {
      const options = name === 'start' ? '--max-semi-space-size=32 ' : '';
      expect(scripts[name]).toBe(`node ${options}bin/log-analytics.mjs ${name}`);
      expect(scripts[`pre${name}`]).toBe('node scripts/install-if-needed.mjs');
    }
  });
});

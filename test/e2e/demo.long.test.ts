import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isFreePort } from '../../commands/emulator/free-port.ts';
import { runCommand } from '../commands/run-command.ts';
import { freePorts } from './free-ports.ts';

const { PATH, HOME, SystemRoot } = process.env;
const program = fileURLToPath(new URL('../../bin/log-analytics.mjs', import.meta.url));
const few = ['--entries', '600', '--days', '1', '--customers', '2'];
const isOpen = 'Stop        Ctrl-C';

interface DemoRun {
  readonly output: () => string;
  /** Resolves when the command has written this. */
  readonly says: (text: string) => Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<number | null>;
  /** The directory for temporary files. */
  readonly directory: string;
  /** Returns what the command has left there. */
  readonly left: () => readonly string[];
}

function startDemo(args: readonly string[], env: Readonly<Record<string, string>> = {}): DemoRun {
  const directory = mkdtempSync(join(tmpdir(), 'log-analytics-demo-test-'));
  const child = spawn(process.execPath, [program, 'demo', ...args], {
    env: { PATH, HOME, SystemRoot, TMPDIR: directory, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let hasEnded = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (exitCode) => {
      hasEnded = true;
      resolve(exitCode);
    });
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return {
    output: () => output,
    async says(text) {
      while (!output.includes(text)) {
        if (hasEnded) throw new Error(`It ended without saying "${text}":\n${output}`);
        await sleep(20);
      }
    },
    signal: (signal) => void child.kill(signal),
    ended,
    directory,
    left: () => readdirSync(directory).filter((name) => name.startsWith('log-analytics-')),
  };
}

async function unusedPort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Returns everything that the output says about the traffic. */
function tablesOf(output: string): string {
  return output.slice(output.indexOf('lantern-shop'), output.indexOf('Dashboard'));
}

describe('npm run demo', () => {
  it('shows its traffic, counted exactly, the same for the same seed, and leaves nothing behind', async () => {
    const outputs: string[] = [];
    const settings = { PATH_TEMPLATES: '/*', MAX_KEYS_PER_DIMENSION: '1', STORAGE: 'tape', DATA_DIR: '/' };
    for (const settingsOfTheShell of [{}, settings]) {
      const port = await unusedPort();
      const demo = startDemo(
        [...few, '--no-live', '--seed', '7', '--port', String(port)],
        settingsOfTheShell,
      );
      await demo.says(isOpen);
      expect((await fetch(`http://localhost:${port}/health`)).status).toBe(200);
      demo.signal('SIGINT');

      expect(await demo.ended).toBe(0);
      expect(demo.left()).toEqual([]);
      expect(await isFreePort(port)).toBe(true);
      outputs.push(demo.output());
    }
    const [first = '', second = ''] = outputs;
    expect(first).toMatch(/Exact: 600 entries in \d+ batches, \d+ of them sent twice and \d+ late/);
    expect(first).toMatch(/lantern-shop {2}\d+ requests\n {2}PATHS +AGENTS +STATUSES\n/);
    expect(first).toMatch(/orbit-api {2}\d+ requests\n/);
    expect(tablesOf(second)).toBe(tablesOf(first));
  });

  it('sends new traffic until it is stopped, and keeps the data where it is asked to', async () => {
    const port = await unusedPort();
    const demo = startDemo([...few, '--keep', '--port', String(port)]);
    await demo.says(isOpen);
    const entriesIngested = async () => {
      const metrics = await (await fetch(`http://localhost:${port}/metrics`)).text();
      return Number(/^log_analytics_entries_ingested_total (\d+)$/m.exec(metrics)?.[1]);
    };
    while ((await entriesIngested()) <= 600) await sleep(100);
    demo.signal('SIGINT');

    expect(await demo.ended).toBe(0);
    const [kept, ...others] = demo.left();
    expect(others).toEqual([]);
    expect(demo.output()).toContain(`The data is in ${join(demo.directory, kept ?? '')}`);
  });

  it('leaves nothing behind where it is interrupted before all is sent, by an exit code of 130', async () => {
    const port = await unusedPort();
    const demo = startDemo(['--entries', '50000', '--port', String(port)]);
    await demo.says('Sending');
    demo.signal('SIGINT');

    expect(await demo.ended).toBe(130);
    expect(demo.left()).toEqual([]);
    expect(await isFreePort(port)).toBe(true);
  });

  it('does not take a port that is taken', async () => {
    const server = createServer().listen(0, 'localhost');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { exitCode, stderr } = await runCommand('demo', '--port', String(port));

    expect(exitCode).toBe(2);
    expect(stderr).toContain(`another program listens at ${port}`);
  });
});

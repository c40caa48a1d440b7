import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readPage } from '../../documentation/pages.ts';
import { useEmulator } from '../emulator.ts';
import { totalRequests } from './total-requests.ts';

const run = promisify(execFile);
const cwd = fileURLToPath(new URL('../../../', import.meta.url));
const { PATH, HOME } = process.env;

const emulator = useEmulator();

async function shell(command: string): Promise<string> {
  const env = { PATH, HOME, LOG_URL: emulator.baseUrl.href };
  const { stdout } = await run('bash', ['-c', command.replace('npm run', 'npm run --silent')], { env, cwd });
  return stdout;
}

/** Removes durations and addresses, which differ from run to run. */
function comparable(output: string): string {
  return output
    .replace(/In [\d.]+ s, [\d,]+ lines\/s/, 'In … s, … lines/s')
    .replace(/counted [\d.]+ s later/, 'counted … s later')
    .replaceAll(/http:\/\/localhost:\d+/g, 'http://localhost:3000');
}

it('ships the sample log as the README says, and finds all of it there the next time', async () => {
  const [, command = '', output = ''] =
    /```sh\n(npm run ship .+)\n```\n```\n([^`]+)```/.exec(readPage('README.md').text) ?? [];
  expect(comparable(await shell(command))).toBe(comparable(output));
  expect(await shell(command)).toMatch(/Entries sent before +198\n/);
  // Days follow their minutes within seconds.
  await expect.poll(() => totalRequests(emulator, 'cus-axon')).toBe(198);
});

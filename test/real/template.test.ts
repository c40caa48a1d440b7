import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageService } from '../deploy/compiled-template.ts';
import { pythonProgram } from './python-program.ts';

/** The framework writes `DependsOn` beside a reference that implies it. */
const redundantDependency = 'W3005';

/** Returns the findings of cfn-lint, by AWS's schemas and its own rules; empty if there are none. */
async function findingsIn(template: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'template-'));
  try {
    const file = join(directory, 'template.json');
    await writeFile(file, template);
    const args = ['--ignore-checks', redundantDependency, '--regions', 'us-east-1', '--', file];
    const { error, stdout, stderr } = spawnSync(pythonProgram('cfn-lint'), args, { encoding: 'utf8' });
    if (error !== undefined) throw error; // cfn-lint did not start
    return stdout + stderr;
  } finally {
    await rm(directory, { recursive: true });
  }
}

it.each([
  ['dev', []],
  ['prod', []],
  ['prod', ['--param=streamMode=ON_DEMAND']],
  ['prod', ['--param=ingestConcurrency=40', '--param=authorizeConcurrency=10', '--param=openConcurrency=5']],
])('cfn-lint has no complaint about the template of %s %s', async (stage, args) => {
  const { template } = await packageService(stage, args);
  expect(await findingsIn(template)).toBe('');
});

it('cfn-lint accepts the firewall', async () => {
  const firewall = await readFile(new URL('../../deploy/firewall.yml', import.meta.url), 'utf8');
  expect(await findingsIn(firewall)).toBe('');
});

it('cfn-lint sees what CloudFormation would refuse', async () => {
  const queue = { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: 901 } };
  expect(await findingsIn(JSON.stringify({ Resources: { Queue: queue } }))).toContain('901');
});

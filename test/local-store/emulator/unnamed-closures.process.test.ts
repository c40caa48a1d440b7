import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const fixture = new URL('./make-closure.ts', import.meta.url).href;
const hooks = new URL('../../../local-store/emulator/unnamed-closures.mjs', import.meta.url).href;

/** Returns the name of a closure of a module that tsx has loaded. */
async function nameOfClosure(registerMore: string): Promise<string> {
  const script = `
    require('tsx/esm/api').register();
    ${registerMore}
    import('${fixture}').then(({ makeClosure }) => process.stdout.write(makeClosure().name));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]);
  return stdout;
}

it('has no names set where tsx would set them for each closure', async () => {
  expect(await nameOfClosure('')).toBe('closure');
  expect(await nameOfClosure(`require('node:module').register('${hooks}');`)).toBe('');
});

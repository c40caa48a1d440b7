import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../lib/errors.ts';
import { GroupCommit, type Change } from '../../../local-store/durable-database/group-commit.ts';

/** Creates transactions that end when the test says so. */
function heldTransactions() {
  const held: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  const transact = (write: () => void) => {
    write();
    return new Promise<void>((end, fail) => held.push({ end, fail }));
  };
  return { held, transact };
}

function recordedChange(name: string, log: string[]): Change {
  return {
    write: () => log.push(`write ${name}`),
    settle: (isDurable) => log.push(`${isDurable ? 'keep' : 'undo'} ${name}`),
    room: 100,
  };
}

describe('a group commit', () => {
  it('puts changes that are submitted during a commit into the next one, together and in order', async () => {
    const { held, transact } = heldTransactions();
    const commits = new GroupCommit(transact);
    const log: string[] = [];
    const first = commits.submit(recordedChange('a', log));
    const others = [commits.submit(recordedChange('b', log)), commits.submit(recordedChange('c', log))];
    expect(log).toEqual(['write a']);
    held[0]?.end();
    await first;
    await setImmediate();
    expect(log).toEqual(['write a', 'keep a', 'write b', 'write c']);
    held[1]?.end();
    await Promise.all(others);
    expect(log.slice(4)).toEqual(['keep b', 'keep c']);
    expect(held).toHaveLength(2);
  });

  it('rejects the changes of a failed transaction, and only those, with the cause', async () => {
    const { held, transact } = heldTransactions();
    const commits = new GroupCommit(transact);
    const log: string[] = [];
    const failing = commits.submit(recordedChange('a', log));
    const next = commits.submit(recordedChange('b', log));
    const cause = new Error('no space left');
    held[0]?.fail(cause);
    await expect(failing).rejects.toThrow(Unavailable);
    await expect(failing).rejects.toHaveProperty('cause', cause);
    held[1]?.end();
    await next;
    expect(log).toEqual(['write a', 'undo a', 'write b', 'keep b']);
  });

  it('finishes submitted changes when it is closed, and accepts no more', async () => {
    const { held, transact } = heldTransactions();
    const commits = new GroupCommit(transact);
    const submitted = commits.submit(recordedChange('a', []));
    const closed = commits.close();
    await expect(commits.submit(recordedChange('b', []))).rejects.toThrow(Unavailable);
    held[0]?.end();
    await Promise.all([submitted, closed]);
  });
});

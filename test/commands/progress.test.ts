import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { showProgress, showTransfer, showWait } from '../../commands/progress.ts';

const escape = '\u001B';
const hidden = `${escape}[?25l`;
const shown = `${escape}[?25h`;
const cleared = `${escape}[2K`;

/** Creates a terminal or a file that returns what was written to it since the last look. */
function output({ isTTY }: { readonly isTTY: boolean }) {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), isTTY ? { isTTY } : {});
  return { stream, written: () => String(stream.read() ?? '') };
}

describe('progress on a terminal', () => {
  it('is a bar for each step, which disappears in the end, and leaves the cursor as it was', () => {
    const { stream, written } = output({ isTTY: true });
    const progress = showProgress(stream);
    progress.begin('Minutes', 2);
    const begun = written();
    expect(begun).toContain(`Minutes     ${'░'.repeat(30)}  0 of 2`);
    expect(begun).toContain(hidden);

    progress.done();
    progress.begin('Batches', 1_000);
    const next = written();
    expect(next).toContain(`Minutes     ${'█'.repeat(15)}${'░'.repeat(15)}  1 of 2`);
    expect(next).toContain('0 of 1000');
    expect(next.indexOf(cleared)).toBeLessThan(next.indexOf('Batches'));

    progress.stop();
    const ended = written();
    expect(ended).toContain(shown);
    expect(ended.endsWith(cleared)).toBe(true);
    progress.stop();
    progress.done();
    expect(written()).toBe('');
  });

  it('shows a step with nothing to do as done', () => {
    const { stream, written } = output({ isTTY: true });
    const progress = showProgress(stream);
    progress.begin('Hours', 0);
    progress.stop();
    expect(written()).toContain(`Hours       ${'█'.repeat(30)}  0 of 0`);
  });
});

describe('progress anywhere else', () => {
  it('is a plain line for each step', () => {
    const { stream, written } = output({ isTTY: false });
    const progress = showProgress(stream);
    progress.begin('Minutes', 1_200);
    progress.done();
    progress.begin('Batches', 3);
    progress.stop();
    expect(written()).toBe('Minutes     1,200\nBatches     3\n');
  });
});

describe('the progress of a transfer', () => {
  it('is a bar with the rate and the remaining time on a terminal', () => {
    const { stream, written } = output({ isTTY: true });
    let now = 0;
    const transfer = showTransfer('Sending', 1_000, stream, () => now);
    now = 2_000;
    transfer.update(250, 4_000);
    transfer.hold('the pipeline is busy');
    transfer.stop();
    const text = written();
    expect(text).toContain(
      `Sending  ${'█'.repeat(5)}${'░'.repeat(15)}  25 %  4,000 lines  2,000 lines/s  6 s left`,
    );
    expect(text).toContain('the pipeline is busy');
    expect(text.endsWith(cleared)).toBe(true);
  });

  it('is a line for each quarter anywhere else, if the transfer takes long enough', () => {
    const { stream, written } = output({ isTTY: false });
    let now = 0;
    const transfer = showTransfer('Sending', 1_000, stream, () => now);
    now = 1_000;
    transfer.update(300, 1);
    expect(written()).toBe('');
    for (const bytes of [400, 500, 600]) {
      now += 1_000;
      transfer.update(bytes, bytes);
    }
    expect(written()).toBe(
      'Sending  40 %  400 lines  200 lines/s  3 s left\nSending  50 %  500 lines  167 lines/s  3 s left\n',
    );
  });
});

describe('the progress of a wait', () => {
  it('is a changing line on a terminal, and disappears in the end', () => {
    const { stream, written } = output({ isTTY: true });
    const wait = showWait(stream, () => 0);
    wait.update(23_401);
    wait.hold('the last answer was 503; trying again');
    wait.stop();
    const text = written();
    expect(text).toContain('Waiting until 23,401 entries are counted  0s');
    expect(text).toContain('the last answer was 503');
    expect(text.endsWith(cleared)).toBe(true);
  });

  it('is a plain line now and then anywhere else', () => {
    const { stream, written } = output({ isTTY: false });
    let now = 0;
    const wait = showWait(stream, () => now);
    for (const [seconds, entries] of [
      [0, 23_401],
      [10, 9_000],
      [30, 1],
      [61, 0],
    ] as const) {
      now = seconds * 1_000;
      wait.update(entries);
    }
    wait.hold('no answer');
    wait.hold('no answer');
    expect(written().split('\n')).toEqual([
      'Waiting until 23,401 entries are counted',
      'Waiting until 1 entry is counted',
      'Waiting until everything is counted',
      'no answer',
      '',
    ]);
  });
});

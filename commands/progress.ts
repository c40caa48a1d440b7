import cliProgress from 'cli-progress';
import type { Output } from './io.ts';
import { whole } from './whole.ts';

/** The progress of a command, step by step, shown beside the command's own output. */
export interface Progress {
  begin(step: string, total: number): void;
  done(): void;
  stop(): void;
}

/** The progress of reading something long. */
export interface Transfer {
  update(bytes: number, lines: number): void;
  /** Shows why the reading pauses, until the next update. */
  hold(reason: string): void;
  stop(): void;
}

/** Shows a bar on a terminal, and a plain line for each step anywhere else. */
export function showProgress(output: Output): Progress {
  return output.isTTY === true ? showBar(output) : writeLines(output);
}

function showBar(stream: Output): Progress {
  const bar = new cliProgress.SingleBar({
    format: '{step}  {bar}  {value} of {total}  {duration_formatted}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    stream,
    hideCursor: true,
    clearOnComplete: true,
  });
  return {
    begin(step, total) {
      bar.stop();
      bar.start(total, 0, { step: step.padEnd(10) });
    },
    done: () => bar.increment(),
    stop: () => bar.stop(),
  };
}

function writeLines(output: Output): Progress {
  return {
    begin: (step, total) => void output.write(`${step.padEnd(10)}  ${total.toLocaleString('en-US')}\n`),
    done: () => {},
    stop: () => {},
  };
}

const linesOfATransfer = 4;
/** The time before the first line: shorter work needs none. */
const firstLineAfterMilliseconds = 2_000;

/**
 * Shows a bar with the rate and the remaining time on a terminal, and a few plain lines anywhere else.
 * @param totalBytes  `undefined` where nobody knows: then it shows neither the remaining time nor plain lines
 */
export function showTransfer(
  name: string,
  totalBytes: number | undefined,
  output: Output,
  now: () => number,
): Transfer {
  const startedAt = now();
  const isWorthALine = () => now() - startedAt >= firstLineAfterMilliseconds;
  const describe = (bytes: number, lines: number): string => {
    const seconds = Math.max(now() - startedAt, 1) / 1_000;
    const left = totalBytes === undefined ? undefined : ((totalBytes - bytes) / Math.max(bytes, 1)) * seconds;
    const parts = [`${whole(lines)} lines`, `${whole(lines / seconds)} lines/s`];
    return [...parts, ...(left === undefined ? [] : [`${whole(left)} s left`])].join('  ');
  };
  return output.isTTY === true
    ? showTransferBar(name, totalBytes, output, describe)
    : writeTransferLines(name, totalBytes, output, describe, isWorthALine);
}

function showTransferBar(
  name: string,
  totalBytes: number | undefined,
  stream: Output,
  describe: (bytes: number, lines: number) => string,
): Transfer {
  const bar = new cliProgress.SingleBar({
    format:
      totalBytes === undefined
        ? '{name}  {state}  {reason}'
        : '{name}  {bar}  {percentage} %  {state}  {reason}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 20,
    stream,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });
  bar.start(totalBytes ?? 1, 0, { name, state: '', reason: '' });
  return {
    update: (bytes, lines) => bar.update(bytes, { state: describe(bytes, lines), reason: '' }),
    hold: (reason) => bar.update({ reason }),
    stop: () => bar.stop(),
  };
}

function writeTransferLines(
  name: string,
  totalBytes: number | undefined,
  output: Output,
  describe: (bytes: number, lines: number) => string,
  isWorthALine: () => boolean,
): Transfer {
  let quarters = 0;
  let held = '';
  return {
    update(bytes, lines) {
      held = '';
      if (totalBytes === undefined || totalBytes === 0) return;
      const reached = Math.floor((bytes / totalBytes) * linesOfATransfer);
      if (reached === quarters || !isWorthALine()) return;
      quarters = reached;
      output.write(`${name}  ${Math.floor((100 * bytes) / totalBytes)} %  ${describe(bytes, lines)}\n`);
    },
    hold(reason) {
      if (reason !== held) output.write(`${name}  ${reason}\n`);
      held = reason;
    },
    stop: () => {},
  };
}

/** The display of a wait until entries are counted. */
export interface Wait {
  update(entries: number): void;
  /** Shows why nothing is known at the moment, until the next update. */
  hold(reason: string): void;
  stop(): void;
}

/** The time between plain lines. */
const waitLineMilliseconds = 30_000;

/** Shows one changing line on a terminal, and a plain line now and then anywhere else. */
export function showWait(output: Output, now: () => number): Wait {
  return output.isTTY === true ? showWaitLine(output) : writeWaitLines(output, now);
}

function showWaitLine(stream: Output): Wait {
  const bar = new cliProgress.SingleBar({
    format: '{text}  {duration_formatted}  {reason}',
    stream,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });
  bar.start(1, 0, { text: describeWait(0), reason: '' });
  return {
    update: (entries) => bar.update({ text: describeWait(entries), reason: '' }),
    hold: (reason) => bar.update({ reason }),
    stop: () => bar.stop(),
  };
}

function writeWaitLines(output: Output, now: () => number): Wait {
  let nextLineAt = -Infinity;
  let held = '';
  return {
    update(entries) {
      held = '';
      if (now() < nextLineAt) return;
      nextLineAt = now() + waitLineMilliseconds;
      output.write(`${describeWait(entries)}\n`);
    },
    hold(reason) {
      if (reason !== held) output.write(`${reason}\n`);
      held = reason;
    },
    stop: () => {},
  };
}

function describeWait(entries: number): string {
  if (entries === 0) return 'Waiting until everything is counted';
  return `Waiting until ${whole(entries)} ${entries === 1 ? 'entry is' : 'entries are'} counted`;
}

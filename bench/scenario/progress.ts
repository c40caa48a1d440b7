import cliProgress from 'cli-progress';
import type { Output } from '../../commands/io.ts';

export interface Progress {
  update(answered: number): void;
  stop(): void;
}

const linesOfARun = 4;

/** Shows a bar on a terminal, and a few plain lines anywhere else. */
export function showProgress(total: number, output: Output): Progress {
  return output.isTTY === true ? showBar(total, output) : writeLines(total, output);
}

function showBar(total: number, output: Output): Progress {
  const bar = new cliProgress.SingleBar({
    format: 'Sending  {bar}  {value} of {total}  {duration_formatted}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    stream: output,
    hideCursor: true,
  });
  bar.start(total, 0);
  return { update: (answered) => bar.update(answered), stop: () => bar.stop() };
}

function writeLines(total: number, output: Output): Progress {
  const step = Math.ceil(total / linesOfARun);
  return {
    update(answered) {
      if (answered % step === 0 || answered === total) output.write(`Sending  ${answered} of ${total}\n`);
    },
    stop: () => {},
  };
}

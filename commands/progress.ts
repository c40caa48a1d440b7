import cliProgress from 'cli-progress';

/** Shows how far a command is, one step after the other. It writes beside the command's own output. */
export interface Progress {
  begin(step: string, total: number): void;
  done(): void;
  stop(): void;
}

/** A bar on a terminal, a plain line for each step anywhere else. */
export function showProgress(output: NodeJS.WriteStream): Progress {
  return output.isTTY ? showBar(output) : writeLines(output);
}

function showBar(stream: NodeJS.WriteStream): Progress {
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

function writeLines(output: NodeJS.WriteStream): Progress {
  return {
    begin: (step, total) => void output.write(`${step.padEnd(10)}  ${total.toLocaleString('en-US')}\n`),
    done: () => {},
    stop: () => {},
  };
}

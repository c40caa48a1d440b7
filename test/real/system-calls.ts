import { readFileSync } from 'node:fs';

/** A system call that succeeded, from a trace. */
export interface SystemCall {
  readonly name: string;
  /** The arguments as strace writes them: descriptors with their paths, `36</tmp/a>`, and texts in C's notation. */
  readonly text: string;
  /** The result as strace writes it: a descriptor has its path. */
  readonly result: string;
  /** The numbers of the lines in which it began and returned; they order the calls. */
  readonly began: number;
  readonly ended: number;
}

/** Returns the command line that runs a command and traces these system calls, of all its threads, into a file. */
export function traceInto(file: string, calls: readonly string[]): readonly string[] {
  const names = calls.map((name) => `?${name}`).join(','); // not every architecture has all of them
  // -D: the command keeps its process id. -s: long enough for a whole page of the database, with all bytes escaped.
  return ['strace', '-D', '-f', '-y', '-s', '8192', '--seccomp-bpf', '-o', file, '-e', `trace=${names}`];
}

const wholeCall = /^(\d+) +(\w+)\((.*)\) += (\d.*)$/;
const beginning = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/;
const end = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (\d.*)$/;

/** Returns the calls in the order of their beginnings, without those that failed. */
export function readTrace(file: string): readonly SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, Pick<SystemCall, 'name' | 'text' | 'began'>>();
  for (const [line, written] of readFileSync(file, 'latin1').split('\n').entries()) {
    const whole = wholeCall.exec(written);
    const begun = beginning.exec(written);
    const ended = end.exec(written);
    if (whole !== null) {
      const [, , name = '', text = '', result = ''] = whole;
      calls.push({ name, text, result, began: line, ended: line });
    } else if (begun !== null) {
      const [, thread = '', name = '', text = ''] = begun;
      unfinished.set(thread, { name, text, began: line });
    } else if (ended !== null) {
      const [, thread = '', , text = '', result = ''] = ended;
      const call = unfinished.get(thread);
      if (call !== undefined) calls.push({ ...call, text: call.text + text, result, ended: line });
    }
  }
  return calls.sort((a, b) => a.began - b.began);
}

import { readFileSync } from 'node:fs';

/** A system call that went well, from a trace. */
export interface SystemCall {
  readonly name: string;
  /** As strace writes them: descriptors with their paths, `36</tmp/a>`, and texts in C's notation. */
  readonly text: string;
  /** What it returned, as strace writes it: a descriptor has its path. */
  readonly result: string;
  /** The number of the line in which it began and of the one in which it returned: they order what happened. */
  readonly began: number;
  readonly ended: number;
}

/** What runs a command with a trace of these system calls, of all its threads, into a file. */
export function traceInto(file: string, calls: readonly string[]): readonly string[] {
  const names = calls.map((name) => `?${name}`).join(','); // not every architecture has all of them
  // -D: the command keeps its process id. -s: long enough for a whole page of the database, with all bytes escaped.
  return ['strace', '-D', '-f', '-y', '-s', '8192', '--seccomp-bpf', '-o', file, '-e', `trace=${names}`];
}

const wholeCall = /^(\d+) +(\w+)\((.*)\) += (\d.*)$/;
const beginning = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/;
const end = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (\d.*)$/;

/** The calls in the order of their beginnings; those that failed are left out. */
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

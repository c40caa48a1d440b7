import { parseJson } from '../../parse-json.ts';

/** A whole line, which may have come in parts; or a part; or the end of a line that is longer than can be kept. */
export type JoinedLine =
  | { readonly kind: 'line'; readonly text: string; readonly isJoined: boolean }
  | { readonly kind: 'part' }
  | { readonly kind: 'too-long' };

/** A joiner of the lines that a container runtime has split. */
export interface PartJoiner {
  /** Takes the next line of a container's log. */
  join(text: string): JoinedLine;
  /** Says that a line cannot be taken: if it was a part, its line is lost. */
  skipLine(): void;
  /** Forgets the parts of lines that have not ended; returns whether there were any. */
  endLog(): boolean;
}

/** A part of a line. */
interface Part {
  readonly stream: string;
  readonly text: string;
  readonly isLast: boolean;
  /** Makes the line with the whole text in place of the part's own. */
  readonly lineWith: (text: string) => string;
}

/** Time, stream, and `P` for a part or `F` for the last one, perhaps with other tags. */
const cri = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([FP])(?::\w+)* /;
const dockerStart = '{"log":';
/** Docker's fields always have this order, so only the text has to be parsed. */
const docker = /^\{"log":("(?:[^"\\]|\\.)*")(,"stream":"(stdout|stderr)",.*\})$/;
/** Docker splits lines at this length; a shorter text without a line feed was written by another program. */
const dockerPartBytes = 16_384;
/** Lengths of the texts that are kept, of which there are two. */
const maxLength = 65_536;

/**
 * Creates a joiner for the log of one container, from its first line: `P` and `F` lines of CRI (containerd, CRI-O, podman), and
 * docker's JSON lines of 16 KiB whose text has no line feed. Parts of stdout and of stderr may alternate. It keeps at most 64 KiB
 * for each of them, and the result depends only on the lines.
 */
export function createPartJoiner(): PartJoiner {
  /** The text of each stream's parts so far; `undefined` if it is too long. */
  const waiting = new Map<string, string | undefined>();

  const partIn = (text: string): Part | undefined => {
    if (text[4] === '-' && text[10] === 'T') return partOfCri(text);
    const mayBePart = text.length > dockerPartBytes || waiting.size > 0;
    return mayBePart && text.startsWith(dockerStart) ? partOfDocker(text) : undefined;
  };

  return {
    join(text) {
      const part = partIn(text);
      if (part === undefined) return { kind: 'line', text, isJoined: false };
      const { stream, isLast } = part;
      const isFirst = !waiting.has(stream);
      if (isFirst && isLast) return { kind: 'line', text, isJoined: false };
      const before = isFirst ? '' : waiting.get(stream);
      const isTooLong = before === undefined || before.length + part.text.length > maxLength;
      const whole = isTooLong ? undefined : before + part.text;
      if (!isLast) {
        waiting.set(stream, whole);
        return { kind: 'part' };
      }
      waiting.delete(stream);
      return whole === undefined
        ? { kind: 'too-long' }
        : { kind: 'line', text: part.lineWith(whole), isJoined: true };
    },
    skipLine() {
      for (const stream of waiting.keys()) waiting.set(stream, undefined);
    },
    endLog() {
      const wasWaiting = waiting.size > 0;
      waiting.clear();
      return wasWaiting;
    },
  };
}

function partOfCri(line: string): Part | undefined {
  const match = cri.exec(line);
  if (match === null) return undefined;
  const [prefix, stream = '', tag] = match;
  const lineWith = (text: string): string => prefix + text;
  return { stream, text: line.slice(prefix.length), isLast: tag === 'F', lineWith };
}

function partOfDocker(line: string): Part | undefined {
  const [, quoted = '', rest = '', stream = ''] = docker.exec(line) ?? [];
  const log = parseJson(quoted);
  if (typeof log !== 'string') return undefined;
  const isLast = log.endsWith('\n') || Buffer.byteLength(log) < dockerPartBytes;
  return { stream, text: log, isLast, lineWith: (text) => `${dockerStart}${JSON.stringify(text)}${rest}` };
}

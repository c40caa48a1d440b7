import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { UnreadableLog, type Log, type LogEvent } from '../log.ts';
import { gunzipMembers, type MemberEvent } from './gzip-members.ts';
import type { Timing } from '../../../client/timing.ts';

export interface ReadingControl {
  /** Once this signal is aborted, reading ends. */
  readonly signal: AbortSignal;
  readonly timing: Timing;
  /** Called with the number of bytes read, before decompression. */
  readonly onRead: (bytes: number) => void;
}

const chunkBytes = 262_144;
/** After this time without new data, waiting lines are no longer held back. */
const quietMilliseconds = 500;

/** Reads a complete file, which is one log, also where it is compressed in several members. */
export function readLog(path: string, control: ReadingControl): Log {
  const stream = createReadStream(path, { highWaterMark: chunkBytes });
  return { name: path, events: eventsOf(path, stream, control, gunzipAll) };
}

/** Reads standard input until it ends; each member of a compressed stream is a log of its own. */
export function readStandardInput(stream: Readable, control: ReadingControl): Log {
  const name = 'standard input';
  return { name, events: eventsOf(name, stream, control, gunzipMembers) };
}

type Gunzip = (bytes: AsyncGenerator<Buffer>) => AsyncGenerator<MemberEvent>;

async function* eventsOf(
  name: string,
  stream: Readable,
  { signal, timing, onRead }: ReadingControl,
  gunzip: Gunzip,
): AsyncGenerator<LogEvent> {
  const bytes = decompressed(counted(stream, onRead), gunzip);
  let waiting = new AbortController();
  const stopWaiting = () => waiting.abort();
  signal.addEventListener('abort', stopWaiting);
  try {
    while (!signal.aborted) {
      const coming = bytes.next();
      let next: IteratorResult<MemberEvent> | undefined;
      while (next === undefined) {
        waiting = new AbortController();
        next = await firstOf(coming, timing.wait(quietMilliseconds, waiting.signal));
        waiting.abort();
        if (signal.aborted) return;
        if (next === undefined) yield { kind: 'quiet' };
      }
      if (next.done === true) {
        yield { kind: 'end' };
        return;
      }
      yield next.value;
    }
  } catch (error) {
    throw new UnreadableLog(name, error);
  } finally {
    signal.removeEventListener('abort', stopWaiting);
    stream.destroy();
  }
}

/** Resolves with the value, or with `undefined` if the time is over first. */
async function firstOf<T>(coming: Promise<T>, time: Promise<void>): Promise<T | undefined> {
  return Promise.race([coming, time.then(() => undefined)]);
}

async function* counted(stream: Readable, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array);
    onRead(bytes.length);
    yield bytes;
  }
}

/** First bytes of compressed files that this program cannot read, with the command that can. */
const otherCompressions: readonly { readonly starts: readonly string[]; readonly command: string }[] = [
  { starts: Array.from('123456789', (level) => `BZh${level}`), command: 'bzcat' },
  { starts: ['\xfd7zX'], command: 'xzcat' },
  { starts: ['\x28\xb5\x2f\xfd'], command: 'zstdcat' },
  { starts: ['PK\x03\x04'], command: 'unzip -p' },
];
const maxStartBytes = 4;

/** Decompresses if the first two bytes are those of gzip; the name proves nothing. */
async function* decompressed(bytes: AsyncGenerator<Buffer>, gunzip: Gunzip): AsyncGenerator<MemberEvent> {
  let start = Buffer.alloc(0);
  while (start.length < maxStartBytes) {
    const next = await bytes.next();
    if (next.done === true) break;
    start = Buffer.concat([start, next.value]);
  }
  const text = start.toString('latin1', 0, maxStartBytes);
  const other = otherCompressions.find(({ starts }) => starts.includes(text));
  if (other !== undefined) {
    throw new Error(
      `its compression is not supported. Decompress it: ${other.command} <file> | npm run ship -- … -`,
    );
  }
  const whole = (async function* () {
    if (start.length > 0) yield start;
    yield* bytes;
  })();
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  if (isGzip) yield* gunzip(whole);
  else for await (const some of whole) yield { kind: 'bytes', bytes: some };
}

async function* gunzipAll(bytes: AsyncGenerator<Buffer>): AsyncGenerator<MemberEvent> {
  for await (const event of gunzipMembers(bytes)) if (event.kind === 'bytes') yield event;
}

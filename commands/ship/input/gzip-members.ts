import { crc32, createInflateRaw } from 'node:zlib';

/** A decompressed piece of a stream, or the end of one of its members. */
export type MemberEvent =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'member-end' };

const chunkBytes = 262_144;
const trailerBytes = 8;
/** Flags of a header, RFC 1952, section 2.3.1. */
const flag = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;

/**
 * Decompresses a stream of gzip members, as `cat *.gz` makes it, and says where each of them ends. Node.js's own `Gunzip` reads
 * such streams as well, but does not tell where a member ends.
 * @throws Error  the stream is damaged, or ends within a member
 */
export async function* gunzipMembers(source: AsyncGenerator<Buffer>): AsyncGenerator<MemberEvent> {
  const input = new Input(source);
  while (await input.has(1)) {
    if (!(await skipHeader(input))) return; // zeros at the end, as tapes have them
    let checksum = 0;
    let length = 0;
    for await (const bytes of inflate(input)) {
      checksum = crc32(bytes, checksum);
      length += bytes.length;
      yield { kind: 'bytes', bytes };
    }
    const trailer = await input.take(trailerBytes);
    if (trailer.readUInt32LE(0) !== checksum) throw new Error('incorrect data check');
    if (trailer.readUInt32LE(4) !== length % 2 ** 32) throw new Error('incorrect length check');
    yield { kind: 'member-end' };
  }
}

/** A stream of bytes that gives back what was not used. */
class Input {
  readonly #source: AsyncGenerator<Buffer>;
  #bytes = Buffer.alloc(0);

  constructor(source: AsyncGenerator<Buffer>) {
    this.#source = source;
  }

  async has(count: number): Promise<boolean> {
    while (this.#bytes.length < count) {
      const next = await this.#source.next();
      if (next.done === true) return false;
      this.#bytes = Buffer.concat([this.#bytes, next.value]);
    }
    return true;
  }

  async take(count: number): Promise<Buffer> {
    if (!(await this.has(count))) throw new Error('unexpected end of file');
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  /** Takes what there is, at least one byte. */
  async takeChunk(): Promise<Buffer> {
    if (this.#bytes.length === 0 && !(await this.has(1))) throw new Error('unexpected end of file');
    const { length } = this.#bytes;
    return this.take(length);
  }

  giveBack(bytes: Buffer): void {
    this.#bytes = Buffer.concat([bytes, this.#bytes]);
  }
}

/** @returns  false where no member begins */
async function skipHeader(input: Input): Promise<boolean> {
  const [first, second, , flags = 0] = await input.take(10);
  if (first === 0 && second === 0) return false;
  if (first !== 0x1f || second !== 0x8b) throw new Error('incorrect header check');
  if ((flags & flag.extra) !== 0) await input.take((await input.take(2)).readUInt16LE());
  if ((flags & flag.name) !== 0) await skipText(input);
  if ((flags & flag.comment) !== 0) await skipText(input);
  if ((flags & flag.headerCrc) !== 0) await input.take(2);
  return true;
}

async function skipText(input: Input): Promise<void> {
  while ((await input.take(1))[0] !== 0);
}

/** Yields what a member has, and leaves what follows it in the input. */
async function* inflate(input: Input): AsyncGenerator<Buffer> {
  const stream = createInflateRaw({ chunkSize: chunkBytes });
  const ended = new AbortController();
  const feeding = feed(input, stream, ended.signal);
  // A failure reaches the reader through the stream; this only keeps it from being reported as unhandled.
  feeding.catch(() => {});
  try {
    for await (const bytes of stream) yield Buffer.from(bytes as Uint8Array);
  } finally {
    ended.abort();
    stream.destroy();
  }
  await feeding;
}

async function feed(
  input: Input,
  stream: ReturnType<typeof createInflateRaw>,
  ended: AbortSignal,
): Promise<void> {
  let written = 0;
  try {
    while (!ended.aborted && !stream.readableEnded) {
      const chunk = await input.takeChunk();
      const isTaken = await new Promise<boolean>((resolve) => {
        const stop = () => resolve(false);
        ended.addEventListener('abort', stop, { once: true });
        stream.write(chunk, () => {
          ended.removeEventListener('abort', stop);
          resolve(true);
        });
      });
      written += chunk.length;
      const unused = written - stream.bytesWritten;
      if (unused > 0) {
        input.giveBack(chunk.subarray(chunk.length - unused));
        return;
      }
      if (!isTaken) return;
    }
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

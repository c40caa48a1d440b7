import { BatchTooLarge, InvalidRequest } from '../errors.ts';

const maxVarintBytes = 5;

/**
 * Decompresses one block of Snappy, which is what Prometheus and Loki clients send (not Snappy's framing format). Memory and
 * time are bounded by `maxBytes`: the block begins with its decompressed size, and nothing is written behind that.
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 * @throws BatchTooLarge   it has more than `maxBytes` bytes when decompressed
 * @throws InvalidRequest  it is not a block of Snappy
 */
export function decodeSnappy(block: Buffer, maxBytes: number): Buffer {
  let at = 0;
  const next = (): number => {
    const byte = block[at];
    if (byte === undefined) throw notSnappy();
    at += 1;
    return byte;
  };
  const littleEndian = (bytes: number): number => {
    let value = 0;
    for (let n = 0; n < bytes; n++) value += next() * 2 ** (8 * n);
    return value;
  };

  const size = readVarint(next);
  if (size > maxBytes) throw new BatchTooLarge(maxBytes);
  const output = Buffer.alloc(size);
  let end = 0;
  while (at < block.length) {
    const tag = next();
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const length = (short < 60 ? short : littleEndian(short - 59)) + 1;
      if (at + length > block.length || end + length > size) throw notSnappy();
      block.copy(output, end, at, at + length);
      at += length;
      end += length;
      continue;
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = kind === 1 ? ((tag >> 5) << 8) + next() : littleEndian(kind === 2 ? 2 : 4);
    if (offset === 0 || offset > end || end + length > size) throw notSnappy();
    if (offset >= length) output.copyWithin(end, end - offset, end - offset + length);
    else for (let n = 0; n < length; n++) output[end + n] = output[end - offset + n] ?? 0; // it repeats itself
    end += length;
  }
  if (end !== size) throw notSnappy();
  return output;
}

function readVarint(next: () => number): number {
  let value = 0;
  for (let n = 0; n < maxVarintBytes; n++) {
    const byte = next();
    value += (byte & 0x7f) * 2 ** (7 * n);
    if (byte < 0x80) return value;
  }
  throw notSnappy();
}

function notSnappy(): InvalidRequest {
  return new InvalidRequest('The body is not valid Snappy data.');
}

import { createHash } from 'node:crypto';
import type { StreamRecord } from '../../../lib/ports/event-stream.ts';

export const writerCount = 12;
export const appenderStream = { name: 'insights', settings: { partitionCount: 4, consumers: [] } };

/** The content of a record of the appender. */
export interface Appended {
  readonly put: number;
  readonly part: number;
}

/** Returns the number of records of a put: mostly few, sometimes very many. */
export function partsOf(put: number): number {
  return put % 50 === 49 ? 1_500 : 1 + (put % 4);
}

/** Creates the records of one put, sometimes large ones, each with its digest. */
export function appendedRecords(writer: number, put: number): readonly StreamRecord[] {
  const fillerBytes = put % 20 === 18 ? 30_000 : 100;
  return Array.from({ length: partsOf(put) }, (_, part) => {
    const text = `${put} ${part} ${'x'.repeat(fillerBytes)}`;
    return { partitionKey: `writer-${writer}`, data: Buffer.from(`${digest(text)} ${text}`) };
  });
}

/** Returns the content of a record, after its digest has shown that it is whole. */
export function readAppended({ data }: StreamRecord): Appended {
  const [expected = '', ...text] = Buffer.from(data).toString().split(' ');
  if (digest(text.join(' ')) !== expected) throw new Error('A record is torn.');
  return { put: Number(text[0]), part: Number(text[1]) };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

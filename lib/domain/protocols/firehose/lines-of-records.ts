import { InvalidRequest } from '../../../errors.ts';
import { EntryReader } from '../../parse-batch/entry-reader.ts';
import { code } from '../../parse-batch/json-scanner.ts';
import type { Steps } from '../../steps.ts';
import { jsonItems } from '../json-items.ts';

/** A step takes a millisecond; a record may have a thousand lines. */
const bytesInStep = 256 * 1_024;
const lineFeed = 0x0a;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Returns the data of the records of an Amazon Data Firehose request, each with one or more lines. A retry has the same
 * data in another envelope, which contains the time of the attempt.
 * https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
 * @throws InvalidRequest  the body is not such a request
 */
export function* linesOfRecords(body: Buffer): Steps<Buffer> {
  // The data of records is shorter than its base64, and a line break that is added takes the place of its quotes.
  const lines = Buffer.allocUnsafe(body.length);
  let length = 0;
  const reader = new EntryReader(body, ['data'], 0, code.lineFeed);
  let stepEnd = bytesInStep;
  for (const { start, end } of jsonItems(body, ['records'], 'a request of Amazon Data Firehose', true)) {
    reader.at = start;
    const { data } = reader.read() as { data?: unknown };
    if (typeof data !== 'string' || !base64.test(data)) {
      throw new InvalidRequest('A record of the request has no data in base64.');
    }
    length += lines.write(data, length, 'base64');
    if (lines[length - 1] !== lineFeed) lines[length++] = lineFeed;
    if (end >= stepEnd) {
      stepEnd = end + bytesInStep;
      yield;
    }
  }
  return lines.subarray(0, length);
}

import { InvalidRequest } from '../../../errors.ts';
import { EntryReader } from '../../parse-batch/entry-reader.ts';
import { code } from '../../parse-batch/json-scanner.ts';
import { jsonItems } from '../json-items.ts';

const lineFeed = 0x0a;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Returns the data of the records of an Amazon Data Firehose request, each of them one or more lines. That is what a retry
 * has in common with the request before it: its envelope has the time of the attempt.
 * https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
 * @throws InvalidRequest  the body is not such a request
 */
export function linesOfRecords(body: Buffer): Buffer {
  // The data of records is shorter than its base64, and a line break that is added takes the place of its quotes.
  const lines = Buffer.allocUnsafe(body.length);
  let length = 0;
  const reader = new EntryReader(body, ['data'], 0, code.lineFeed);
  for (const { start } of jsonItems(body, ['records'], 'a request of Amazon Data Firehose')) {
    reader.at = start;
    const { data } = reader.read() as { data?: unknown };
    if (typeof data !== 'string' || !base64.test(data)) {
      throw new InvalidRequest('A record of the request has no data in base64.');
    }
    length += lines.write(data, length, 'base64');
    if (lines[length - 1] !== lineFeed) lines[length++] = lineFeed;
  }
  return lines.subarray(0, length);
}

import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { HttpClient } from '../../client/http-client.ts';
import { UnexpectedAnswer } from '../../bench/scenario/pipeline-client.ts';
import { readIndependently, type ExpectedWindow } from '../handlers/any-body/read-independently.ts';
import type { SentOddBody } from './odd-bodies.ts';

const requestsByKey = z.record(z.string(), z.int());
const pageSchema = z.object({
  windows: z.array(
    z.object({
      windowStart: z.string(),
      requests: z.int(),
      requestsByPath: requestsByKey,
      requestsByUserAgent: requestsByKey,
      requestsByStatus: requestsByKey,
    }),
  ),
});
const ever = { from: '1970-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' };

/**
 * Compares the windows of the client of odd bodies with a second, plain reading of the accepted ones, which are those
 * that it can read. All rules count their paths unchanged.
 * @param stored  the bodies that are stored
 * @returns the problems, in words
 */
export async function findOddMiscounts(
  http: HttpClient,
  sent: readonly SentOddBody[],
  stored: ReadonlySet<SentOddBody>,
): Promise<string[]> {
  const [first] = sent;
  if (first === undefined) return [];
  const read = sent.map((odd) => ({ odd, windows: readIndependently(odd.body.bytes, odd.body.isLines) }));
  const misjudged = read.flatMap(({ odd, windows }) => {
    if (odd.isAccepted !== stored.has(odd)) {
      return `${odd.batchId} was ${odd.isAccepted ? 'accepted and is gone' : 'refused and is stored'}`;
    }
    if (odd.isAccepted === (windows !== undefined)) return [];
    return `${odd.batchId} was ${odd.isAccepted ? 'accepted' : 'refused'}: ${odd.body.bytes.toString('base64')}`;
  });
  const expected = sumOf(read.flatMap(({ windows }) => windows ?? []));
  const found = new Map((await windowsOf(first.customerId, http)).map((each) => [each.windowStart, each]));
  const miscounts = [...new Set([...expected.keys(), ...found.keys()])].flatMap((windowStart) => {
    const [is, shouldBe] = [found.get(windowStart), expected.get(windowStart)];
    if (isDeepStrictEqual(is, shouldBe)) return [];
    const [isText, shouldBeText] = [JSON.stringify(is), JSON.stringify(shouldBe)];
    return `${first.customerId} ${windowStart}: is ${isText}, should be ${shouldBeText}`;
  });
  return [...misjudged, ...miscounts];
}

async function windowsOf(customerId: string, http: HttpClient): Promise<readonly ExpectedWindow[]> {
  const path = `/aggregates?${new URLSearchParams({ window: 'minute', ...ever }).toString()}`;
  const answer = await http.request(path, { headers: { 'x-customer-id': customerId } });
  if (answer.status !== 200) throw new UnexpectedAnswer(path, answer);
  return pageSchema.parse(JSON.parse(answer.body.toString())).windows;
}

function sumOf(windows: readonly ExpectedWindow[]): ReadonlyMap<string, ExpectedWindow> {
  const sums = new Map<string, ExpectedWindow>();
  for (const { windowStart, requests, ...counts } of windows) {
    const sum = sums.get(windowStart) ?? {
      windowStart,
      requests: 0,
      requestsByPath: {},
      requestsByUserAgent: {},
      requestsByStatus: {},
    };
    sums.set(windowStart, sum);
    sum.requests += requests;
    for (const field of ['requestsByPath', 'requestsByUserAgent', 'requestsByStatus'] as const) {
      for (const [key, count] of Object.entries(counts[field])) {
        sum[field][key] = (sum[field][key] ?? 0) + count;
      }
    }
  }
  return sums;
}

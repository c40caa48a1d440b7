import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ingestHandler } from '../../handlers/ingest.ts';
import { queryHandler } from '../../handlers/query.ts';
import { sentEntry } from '../factories.ts';
import { anyBytes, batches, damagedBatches, type SentBody } from './any-body/bodies.ts';
import { readablePartOf, readIndependently, type ExpectedWindow } from './any-body/read-independently.ts';
import { countAll, httpEvent, postLogs, testApp, type TestApp } from './app.ts';

/**
 * Everything sent is accepted or refused as a whole, without an error of ours; a second, plain reading of the body
 * finds the same counts; and no key of a body reaches a prototype.
 */

const prototypes = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
const namesInPrototypes = () => prototypes.map((prototype) => Reflect.ownKeys(prototype));
const namesBefore = namesInPrototypes();

let testing: TestApp;
let customers = 0;
const wired = async () => testing.app;

beforeEach(() => {
  testing = testApp();
});

/** Sends the body as a new customer and counts it. */
async function send({ bytes, isLines }: SentBody, isCompressed = false) {
  customers += 1;
  const headers = { 'x-customer-id': `cus-${customers}` };
  const answer = await ingestHandler(wired)(
    postLogs(isCompressed ? gzipSync(bytes) : bytes, {
      ...headers,
      'content-type': isLines ? 'application/x-ndjson' : 'application/json',
      'content-encoding': isCompressed ? 'gzip' : '',
    }),
  );
  await countAll(testing);
  const query = { from: '1970-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' };
  const page = await queryHandler(wired)(httpEvent('GET', '/aggregates', { query, headers }));
  return {
    status: answer.statusCode,
    body: JSON.parse(answer.body ?? '') as Record<string, unknown>,
    windows: (JSON.parse(page.body ?? '') as { windows: readonly ExpectedWindow[] }).windows.map(
      readablePartOf,
    ),
  };
}

async function expectAsRead(body: SentBody, isCompressed = false): Promise<boolean> {
  const expected = readIndependently(body.bytes, body.isLines);
  const { status, body: answer, windows } = await send(body, isCompressed);
  expect(status).toBe(expected === undefined ? 400 : 202);
  expect(windows).toEqual(expected ?? []);
  if (expected !== undefined) {
    const entries = expected.reduce((sum, { requests }) => sum + requests, 0);
    expect(answer).toMatchObject({ entries, windows: expected.length });
  }
  expect(namesInPrototypes()).toEqual(namesBefore);
  return expected !== undefined;
}

describe('whatever is sent', () => {
  it.each([
    ['batches with right and wrong entries', batches, 5],
    ['batches with damaged bytes', damagedBatches, 5],
    ['bytes that are nothing', anyBytes, 0],
  ])('counts what is in it, or refuses it: %s', async (_what, bodies, leastTaken) => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(bodies, fc.boolean(), async (body, isCompressed) => {
        if (await expectAsRead(body, isCompressed)) taken += 1;
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThanOrEqual(leastTaken); // otherwise the run would have shown little
  });
});

describe('what parsers get wrong', () => {
  const entry = JSON.stringify(sentEntry());
  const withField = (field: string) => `{${field},${entry.slice(1)}`;
  const asArray = (text: string) => ({ bytes: Buffer.from(`[${text}]`), isLines: false });
  const asLines = (text: string | Buffer) => ({ bytes: Buffer.from(text), isLines: true });

  it.each([
    ['a byte order mark and CRLF', asLines(`\ufeff${entry}\r\n\r\n${entry}\r\n`), 2],
    ['a field of deep nesting', asArray(withField(`"x":${'['.repeat(200_000)}${']'.repeat(200_000)}`)), 1],
    ['a field __proto__', asArray(withField('"__proto__":{"path":"/polluted","status":200}')), 1],
    ['a field constructor', asArray(withField('"constructor":{"prototype":{"path":"/polluted"}}')), 1],
    ['a number that is infinite', asArray(withField('"bytes":1e999')), 1],
    ['a path given twice', asArray(`${entry.slice(0, -1)},"path":"/last"}`), 1],
    [
      'halves of surrogate pairs',
      asArray([0, 1].map((n) => entry.replace('"/"', `"/\\ud80${n}"`)).join()),
      2,
    ],
  ])('takes %s', async (_what, body, entries) => {
    expect(await expectAsRead(body)).toBe(true);
    expect((await send(body)).body).toMatchObject({ entries });
  });

  it.each([
    ['entries that have all they need from a prototype', asArray(`{"__proto__":${entry}}`)],
    ['a status that is infinite', asArray(withField('"status":1e999'))],
    ['two values in one line', asLines(`${entry}${entry}`)],
    ['lines that CR alone divides', asLines(`${entry}\r${entry}`)],
    ['a byte order mark within', asLines(`${entry}\n\ufeff${entry}`)],
    ['UTF-16', asLines(Buffer.from(entry, 'utf16le'))],
    ['halves of surrogate pairs as bytes', asLines(Buffer.from(`${entry}\xed\xa0\x80`, 'latin1'))],
    ['nothing but nesting', asArray('['.repeat(500_000))],
    ['lines of an array', asLines(`[\n${entry}\n]`)],
  ])('refuses %s', async (_what, body) => {
    expect(await expectAsRead(body)).toBe(false);
  });
});

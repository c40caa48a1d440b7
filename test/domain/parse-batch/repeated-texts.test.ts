import { expect, it } from 'vitest';
import { parseBatch } from '../../../lib/domain/parse-batch.ts';
import { RepeatedTexts } from '../../../lib/domain/parse-batch/repeated-texts.ts';

it('keeps one string for equal texts', () => {
  const texts = new RepeatedTexts();
  const copied: string[] = [];
  const keep = (text: string) => {
    return texts.of(text, () => {
      copied.push(text);
      return text;
    });
  };
  expect(['/a', '/b', '/a', '/b', '/a'].map(keep)).toEqual(['/a', '/b', '/a', '/b', '/a']);
  expect(copied).toEqual(['/a', '/b']);
});

it('keeps no more texts than it has room for, and returns the others as they are', () => {
  const texts = new RepeatedTexts();
  let copies = 0;
  const copyOf = (text: string) => () => {
    copies += 1;
    return text;
  };
  for (let n = 0; n < 10_000; n++) expect(texts.of(`/${n}`, copyOf(`/${n}`))).toBe(`/${n}`);
  expect(copies).toBe(4_096);
});

it.each([
  ['in ASCII', 'Agent/1.0'],
  ['beyond ASCII', 'Agënt/1.0'],
])('reads the texts of a body that is large enough to keep them, %s', (_what, userAgent) => {
  const entries = Array.from({ length: 6_000 }, (_, n) => ({
    receivedAt: '2026-01-01T00:00:00Z',
    method: 'GET',
    path: n % 2 === 0 ? `/again/${n % 7}/"quoted"` : `/once-or-twice/${n % 5_000}`,
    userAgent: ` ${userAgent} (${n % 3}) `,
    clientIp: `10.0.0.${n % 200}`,
  }));
  const read = parseBatch(Buffer.from(JSON.stringify(entries)), 'application/json');
  const readTexts = read.map(({ path, userAgent, facts }) => ({
    path,
    userAgent,
    clientIp: facts?.clientIp,
  }));
  expect(readTexts).toEqual(
    entries.map(({ path, userAgent, clientIp }) => ({ path, userAgent: userAgent.trim(), clientIp })),
  );
});

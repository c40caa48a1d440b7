import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementsOf } from '../../../commands/ship/elements-of-line.ts';
import { createLineSplitter, type Line } from '../../../commands/ship/input/split-lines.ts';
import type { LogEvent } from '../../../commands/ship/log.ts';
import { jsonLines, runCommand } from '../run-command.ts';
import { InMemoryPipeline } from './in-memory-pipeline.ts';
import { writeLog } from './shipped-log.ts';
import { shipTo } from './ship-to.ts';

const entry = (index: number, more: object = {}): object => ({
  time: `2026-03-04T05:${String(Math.floor(index / 60) % 60).padStart(2, '0')}:07Z`,
  method: 'GET',
  path: `/p/${index}`,
  user_agent: 'é "}{" [',
  ...more,
});
const message = (...paths: string[]): string =>
  JSON.stringify({
    messageType: 'DATA_MESSAGE',
    logGroup: 'g',
    subscriptionFilters: ['f'],
    logEvents: paths.map((path) => ({
      id: '1',
      timestamp: 1_772_600_767_000,
      message: `192.0.2.7 - - [04/Mar/2026:05:06:07 +0000] "GET ${path} HTTP/1.1" 200 5`,
    })),
  });
const some = [0, 1, 2].map((index) => entry(index));
const texts = some.map((one) => JSON.stringify(one));

function linesOf(text: string): Line[] {
  const splitter = createLineSplitter();
  return [...splitter.push(Buffer.from(text)), ...splitter.rest()];
}

function elementsIn(text: string): (string | undefined)[] {
  return linesOf(text)
    .flatMap((line) => elementsOf(line))
    .map((element) => element.text);
}

describe('a line with several entries', () => {
  it.each([
    ['a list', JSON.stringify(some), texts],
    ['a list with white space', `[ ${texts.join(' , ')} ]`, texts],
    ['what Azure exports', JSON.stringify({ records: some, count: 3 }), texts],
    ['one record', JSON.stringify({ records: [some[0]] }), texts.slice(0, 1)],
    ['objects without anything between them', texts.join(''), texts],
    ['a list with other things', JSON.stringify([some[0], 1]), [JSON.stringify([some[0], 1])]],
    [
      'a list that ends within an object',
      `[${texts.join(',').slice(0, -9)}`,
      [`[${texts.join(',').slice(0, -9)}`],
    ],
    ['one entry', texts[0], texts.slice(0, 1)],
    ['an entry of a list over several lines', `[${texts[0]},`, [`[${texts[0]},`]],
    ['no JSON', '[04/Mar/2026] "GET / HTTP/1.1"', ['[04/Mar/2026] "GET / HTTP/1.1"']],
  ])('is read: %s', (_name, text = '', expected) => {
    expect(elementsIn(text)).toEqual(expected);
  });

  it('loses nothing where objects with lists follow each other', () => {
    const control = '{"messageType":"CONTROL_MESSAGE","logEvents":[]}';
    const odd = '{"records":[{"a":1},2]}';
    const elements = elementsIn(`${message('/1', '/2')}${control}${odd}${message('/3')}`);
    expect(elements).toHaveLength(5);
    expect(elements.slice(2, 4)).toEqual([control, odd]);
  });

  it('has the bytes of its elements, in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.object(), { minLength: 2, maxLength: 5 }), fc.nat(3), (objects, nulls) => {
        const all = objects.map((object) => JSON.stringify(object));
        const [line] = linesOf(`first\n${'\0'.repeat(nulls)}[${all.join(', ')}]\r\n`).slice(1);
        if (line === undefined) throw new Error('There is no line.');
        const elements = elementsOf(line);
        expect(elements.map(({ text }) => text)).toEqual(all);
        expect(elements[0]?.start).toBe(line.start);
        expect(elements.at(-1)?.end).toBe(line.end);
        for (const [place, { start, end }] of elements.entries()) {
          expect(end).toBeGreaterThan(start);
          expect(start).toBe(place === 0 ? line.start : elements[place - 1]?.end);
        }
      }),
    );
  });

  it('may be longer than other lines, but not its elements', () => {
    const long = entry(1, { other: 'x'.repeat(70_000) });
    expect(elementsIn(JSON.stringify([entry(0), long, entry(2)]))).toEqual([texts[0], undefined, texts[2]]);
    expect(elementsIn(`${JSON.stringify([long])}\n${texts[0]}`)).toEqual([undefined, texts[0]]);
  });

  it('with one entry may be as long as before', () => {
    const longest = `{"a":"${'x'.repeat(65_528)}"}`;
    expect(elementsIn(`${longest}\n${longest}`)).toEqual([longest, longest]);
  });

  it('takes time in proportion to its length', () => {
    for (const part of ['{', '[', '{"records":[', '}{', '{"messageType":"DATA_MESSAGE",'])
      expect(elementsIn(`[{${part.repeat(2_000_000 / part.length)}`)).toHaveLength(1);
  });
});

describe('a log of lines with several entries', () => {
  it('is shipped', async () => {
    const path = join((await writeLog()).directory, 'export.json');
    await writeFile(path, `${message('/1', '/2')}${message('/3')}`);
    const end = await runCommand('ship', '--dry-run', '--customer', 'cus-axon', path);
    expect(jsonLines(end)).toMatchObject([{ path: '/1' }, { path: '/2' }, { path: '/3' }]);
  });

  it('is counted once, however it is cut off and sent again', async () => {
    const count = 2_500;
    const lists = Array.from({ length: count / 50 }, (_, list) =>
      JSON.stringify(Array.from({ length: 50 }, (_, place) => entry(list * 50 + place))),
    );
    const log = Buffer.from(`${lists.join('\n')}\n`);
    async function* eventsOf(bytes: Buffer): AsyncGenerator<LogEvent> {
      yield { kind: 'bytes', bytes };
      yield { kind: 'end' };
    }
    const pipeline = new InMemoryPipeline();
    for (const share of [0.3, 0.31, 0.7, 1, 1]) {
      await shipTo(pipeline, { name: 'a.json', events: eventsOf(log.subarray(0, log.length * share)) });
    }
    const paths = pipeline.counted.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toHaveLength(count);
  });
});

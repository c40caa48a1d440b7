import { describe, expect, it } from 'vitest';
import { findFaults } from '../../scripts/check-language/find-faults.ts';

describe('the openings of docstrings', () => {
  it.each([
    'What',
    'How',
    'Where',
    'Of',
    'So',
    'Whether',
    'By',
    'Who',
    'Whose',
    'Which',
    'That',
    'As',
    'Than',
  ])('may not be %s', (word) => {
    expect(findFaults('a.ts', `/** ${word} it is. */\nexport const a = 1;`)).toEqual([
      `a.ts:1: "${word}". Start with a verb in the third person ("Returns …") or, for a type, with a noun phrase.`,
    ]);
  });

  it('are found in a docstring of several lines', () => {
    expect(findFaults('a.mjs', '\n/**\n * Whether it is.\n */\nexport const a = 1;')).toHaveLength(1);
  });

  it('may begin like a banned word, and a comment or a message may begin with one', () => {
    expect(findFaults('a.ts', '/** Asks, Offers, Sorts, Bytes, Whatever. */\nf();')).toEqual([]);
    expect(findFaults('a.ts', "// What a reader sees.\nf('How are you?', `As you like`);")).toEqual([]);
  });

  it('are not looked for in strings and patterns that look like docstrings', () => {
    expect(
      findFaults('a.ts', "const a = '/** What */', b = /\\/** What *\\//, c = `/** ${'What'} */`;"),
    ).toEqual([]);
  });
});

describe('the words', () => {
  it.each([
    ['the notices of written minutes', 'the notices'],
    ['Notices are merged', 'Notices are'],
    ['a hopeless record', 'hopeless'],
    ['the record that was set aside', 'record that was set aside'],
    ['all of them mended', 'mended'],
    ['Reckoned, not measured', 'Reckoned'],
    ['an intake of requests', 'intake'],
    ['each insight', 'each insight'],
    ['the minute bucket', 'minute bucket'],
    ['it is not to be had', 'be had'],
    ['all of it, but for the last line', 'but for'],
    ['it runs as no root', 'as no root'],
    ['windows are told as damaged', 'told as'],
    ['a batch of which it is known', 'of which it is'],
  ])('are found in comments, messages, Markdown and settings: %s', (text, found) => {
    for (const [path, content] of [
      ['a.ts', `// ${text}\nf();`],
      ['a.ts', `/* ${text} */\nf();`],
      ['a.ts', `f("${text}");`],
      ['a.ts', `f(\`\${1} ${text}\`);`],
      ['a.md', `# ${text}`],
      ['a.yml', `# ${text}`],
      ['a.html', `<p>${text}</p>`],
    ] as const) {
      expect(findFaults(path, content)).toEqual([
        expect.stringContaining(`${path}:1: "${found}". `) as string,
      ]);
    }
  });

  it('are found across the end of a line, and reported with the line on which they start', () => {
    const comment = '\n// The first line. It ends with the\n// notices of it.\nf();';
    expect(findFaults('a.ts', comment)).toEqual([expect.stringContaining('a.ts:2: "the') as string]);
    expect(findFaults('a.md', 'One.\n\nIt is not to\nbe\nhad.')).toEqual([
      expect.stringContaining('a.md:4: "be had"') as string,
    ]);
  });

  it.each([
    'Keep the notices of each licence.',
    'Nobody notices. A user notices it. Clients notice that it is gone.',
    'We recommend, amend and commend it.',
    'Invalid entries are set aside. The record is kept, and set beside others.',
    'The insight stream, an S3 bucket, a histogram bucket.',
    'It is told to stop. What is to be done comes first.',
    'The limit is not for reads, but for writes.',
  ])('do not raise an alarm: %s', (text) => {
    expect(findFaults('a.ts', `/** ${text} */\nf('${text}');`)).toEqual([]);
    expect(findFaults('a.md', text)).toEqual([]);
  });

  it('are not looked for in names, nor in the code of Markdown', () => {
    expect(findFaults('a.ts', 'const hopeless = mend(reckon);')).toEqual([]);
    expect(findFaults('a.md', 'Run `mend`:\n```sh\nmend --hopeless\n```\n')).toEqual([]);
  });
});

it('refuses a program that it cannot parse', () => {
  expect(() => findFaults('a.ts', 'const = ;')).toThrow(SyntaxError);
});

import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { realTiming } from '../../client/timing.ts';
import { defineCommand, type CommandDeclaration } from '../../commands/define-command.ts';
import { failure } from '../../commands/define-command/failures.ts';
import {
  anyText,
  flag,
  httpUrl,
  list,
  oneOf,
  value,
  wholeNumberOf,
} from '../../commands/define-command/options.ts';
import type { Given } from '../../commands/define-command/parse-arguments.ts';
import { instant } from '../factories.ts';

class BrokenTap extends Error {}

const options = {
  url: value({
    shows: '<url>',
    help: 'where it listens',
    variable: 'TAP_URL',
    default: new URL('http://localhost:3000'),
    aliases: ['base-url'],
    read: httpUrl,
  }),
  size: value({ shows: '<n>', help: 'how large', default: 2, read: wholeNumberOf(1, 9) }),
  colour: value({ shows: '<name>', help: 'which', actions: ['paint'], read: oneOf(['red', 'green']) }),
  tag: list({ shows: '<text>', help: 'may be repeated', variable: 'TAP_TAGS', read: anyText }),
  dry: flag({ help: 'do nothing' }),
};
type TapOptions = typeof options;

/** Runs a command of this declaration, and returns its output and exit code. */
async function run(
  argv: readonly string[],
  changed: Partial<CommandDeclaration<TapOptions>> = {},
  { env = {}, events = new EventEmitter() }: { env?: Record<string, string>; events?: EventEmitter } = {},
) {
  let given: Given<TapOptions> | undefined;
  const command = defineCommand({
    name: 'tap',
    summary: 'Opens a tap.',
    usage: [['<where>']],
    options,
    actions: ['open', 'paint'],
    details: ['More about taps.'],
    exitCodes: { 0: 'opened', 2: 'wrong options' },
    failures: [failure(BrokenTap)],
    run: async (its) => {
      given = its;
      return 0;
    },
    ...changed,
  });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const clock = { now: () => instant('2025-12-28T18:03:07Z') };
  const unused = () => expect.fail('not expected');
  const io = {
    stdin: new PassThrough(),
    stdout,
    stderr,
    env,
    clock,
    timing: realTiming,
    events,
    describeService: unused,
    exit: unused,
    handOver: unused,
  };
  try {
    const exitCode = await command.run(argv, io);
    stdout.end();
    stderr.end();
    return { exitCode, given, stdout: await textOf(stdout), stderr: await textOf(stderr) };
  } finally {
    for (const event of ['SIGINT', 'SIGTERM', 'exit']) expect(events.listenerCount(event)).toBe(0);
  }
}

describe('a command', () => {
  it('gets its options, its action and the words after it', async () => {
    const argv = [
      'paint',
      'x',
      '--colour=red',
      '--tag',
      'a',
      '--tag',
      '-',
      '--dry',
      '--size',
      '3',
      '--',
      '--y',
    ];
    const { given, exitCode } = await run(argv);
    expect(exitCode).toBe(0);
    expect(given).toMatchObject({
      action: 'paint',
      words: ['x', '--y'],
      options: { colour: 'red', tag: ['a', '-'], dry: true, size: 3 },
    });
  });

  it('reads a missing option from the environment, or else uses the default', async () => {
    const env = { TAP_URL: 'https://tap.example', TAP_TAGS: ' a: b \n\nc' };
    const fromEnvironment = (await run([], {}, { env })).given;
    expect(fromEnvironment?.options).toMatchObject({
      url: new URL('https://tap.example'),
      tag: ['a: b', 'c'],
    });
    const fromOptions = (await run(['--url', 'http://own', '--tag', 'd'], {}, { env })).given;
    expect(fromOptions?.options).toMatchObject({ url: new URL('http://own'), tag: ['d'] });
    const fromNowhere = (await run([], {}, { env: { TAP_URL: '' } })).given;
    expect(fromNowhere?.options).toMatchObject({
      url: options.url.read([], ''),
      size: 2,
      tag: [],
      dry: false,
    });
  });

  it('accepts former names, which its help does not show', async () => {
    expect((await run(['--base-url', 'http://old'])).given?.options.url.href).toBe('http://old/');
    expect((await run(['--help'])).stdout).not.toContain('base-url');
  });

  it.each([
    [['--ulr', 'x'], 'There is no option --ulr. Did you mean --url? See --help.'],
    [['--xyzzy'], 'There is no option --xyzzy. See --help.'],
    [['-x'], 'There is no option -x.'],
    [['pant'], 'There is no action "pant". Did you mean paint?'],
    [['paints'], 'Did you mean paint?'],
    [['toString'], 'There is no action "toString". See'],
    [['--size'], '--size needs a value.'],
    [['--size', '--dry'], '--size needs a value. Write --size=--dry if "--dry" is meant.'],
    [['--size', '10'], '--size must be a whole number of 1-9, and is "10".'],
    [['--dry=yes'], '--dry takes no value.'],
    [['--url', 'ftp://x'], '--url must be an http or https URL, and is "ftp://x".'],
    [['paint', '--colour', 'blue'], '--colour must be one of red, green, and is "blue".'],
    [['--colour', 'red'], 'open does not take --colour.'],
  ])('ends with 2 and says what is wrong with %j', async (argv, message) => {
    const { exitCode, stderr, given } = await run(argv);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(2);
    expect(given).toBeUndefined();
  });

  it('names the variable if its value is wrong', async () => {
    const { stderr } = await run([], {}, { env: { TAP_URL: 'tap' } });
    expect(stderr).toContain('TAP_URL must be an http or https URL');
  });

  it('prints a help made from its declaration', async () => {
    const { exitCode, stdout, stderr } = await run(['--help', '--xyzzy']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('Opens a tap.\n\n  log-analytics tap <where>\n');
    expect(stdout).toMatch(/--url <url> +where it listens \(TAP_URL or http:\/\/localhost:3000\/\)\n/);
    expect(stdout).toMatch(/--size <n> +how large \(2\)\n/);
    expect(stdout).toMatch(/\nMore about taps\.\n\nExit codes:\n {2}0 {2}opened\n/);
    const byNpm = await run(['-h'], {}, { env: { npm_lifecycle_event: 'tap' } });
    expect(byNpm.stdout).toContain('  npm run tap -- <where>\n');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('shows another call of it, and keeps the lines of its details, wrapped as far in as they begin', async () => {
    const details = [`The taps:\n  - ${'cold '.repeat(30).trim()};\n  - hot.`];
    const { stdout } = await run(['--help'], { program: 'npm run tap --', details });

    expect(stdout).toContain('\n  npm run tap -- <where>\n');
    expect(stdout).toMatch(/\nThe taps:\n {2}- (?:cold ){18}cold\n {4}(?:cold ){10}cold;\n {2}- hot\.\n/);
  });

  it('reports a declared failure in one line, and does not hide a fault of the program', async () => {
    const throwing = (error: Error) => ({ run: () => Promise.reject(error) });
    expect(await run([], throwing(new BrokenTap('The tap is broken.')))).toMatchObject({
      exitCode: 2,
      stderr: 'The tap is broken.\n',
    });
    await expect(run([], throwing(new TypeError('a fault')))).rejects.toThrow('a fault');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('says what %s leaves behind, and cleans up', async (signal, code) => {
    const events = new EventEmitter();
    const done: string[] = [];
    const declaration: Partial<CommandDeclaration<TapOptions>> = {
      interrupted: 'The tap is still open.',
      run: async (_given, io) => {
        io.atEnd(() => done.push('first'));
        io.atEnd(() => done.push('second'));
        setImmediate(() => events.emit(signal));
        await new Promise(() => {}); // it never ends by itself
        return 0;
      },
    };
    const { exitCode, stderr } = await run([], declaration, { events });
    expect(exitCode).toBe(code);
    expect(stderr).toBe('Interrupted. The tap is still open.\n');
    expect(done).toEqual(['second', 'first']);
  });
});

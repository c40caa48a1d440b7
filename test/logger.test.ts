import { describe, expect, it } from 'vitest';
import { Unavailable } from '../lib/errors.ts';
import { createLogger } from '../lib/logger.ts';
import { instant } from './factories.ts';

function logged(level: 'debug' | 'info' | 'warn' | 'error') {
  const lines: string[] = [];
  const clock = { now: () => instant('2025-12-28T18:04:00Z') };
  return { lines, logger: createLogger({ level, clock, write: (line) => lines.push(line) }) };
}

describe('the logger', () => {
  it('writes a line of JSON with its own fields and those of the call', () => {
    const { lines, logger } = logged('info');
    logger.with({ stream: 'insights' }).warn('Behind', { records: 7 });
    expect(lines).toEqual([
      '{"time":"2025-12-28T18:04:00.000Z","level":"warn","message":"Behind","stream":"insights","records":7}\n',
    ]);
  });

  it('leaves out lines that are less severe than its level', () => {
    const { lines, logger } = logged('warn');
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(lines).toHaveLength(2);
  });

  it('writes an error with its causes and its place, and its stack only at debug level', () => {
    const error = new Error('outer', { cause: Object.assign(new TypeError('inner'), { code: 'ENOSPC' }) });
    const { lines, logger } = logged('info');
    logger.error('Failed', { error });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      error: {
        name: 'Error',
        message: 'outer',
        at: expect.stringContaining('logger.test') as string,
        cause: { name: 'TypeError', message: 'inner', code: 'ENOSPC' },
      },
    });
    expect(lines[0]).not.toContain('stack');

    const debugging = logged('debug');
    debugging.logger.error('Failed', { error });
    const stack = expect.stringMatching(/^Error: outer\n +at .*logger\.test/) as string;
    expect(JSON.parse(debugging.lines[0] ?? '')).toMatchObject({
      error: { stack, cause: { stack: expect.stringContaining('TypeError: inner') as string } },
    });
  });

  it('writes no place for an expected error', () => {
    const { lines, logger } = logged('info');
    logger.error('Failed', { error: new Unavailable('The disk is full.') });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      error: { name: 'Unavailable', message: 'The disk is full.' },
    });
    expect(lines[0]).not.toContain('logger.test');
  });
});

import type { Clock } from './ports/clock.ts';
import type { LogLevel } from './environment-schema.ts';
import { Unavailable } from './errors.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Writes lines of JSON: `{"time","level","message",…}`. Never pass it a body, a header or a key. At the level `debug`
 * errors have their stacks; otherwise lines stay short, since an outage writes many.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Returns a logger that adds these fields to each line. */
  with(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  readonly write: (line: string) => void;
}

const severities: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export function createLogger(options: LoggerOptions, fixedFields: LogFields = {}): Logger {
  const log = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (severities[level] < severities[options.level]) return;
    const time = options.clock.now().toISOString();
    const line = { time, level, message, ...fixedFields, ...fields };
    options.write(
      `${JSON.stringify(line, (_key, value: unknown) => (value instanceof Error ? describe(value, options.level) : value))}\n`,
    );
  };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    with: (fields) => createLogger(options, { ...fixedFields, ...fields }),
  };
}

/**
 * Describes an error with all of its causes, which JSON would omit. An expected error is described by its message;
 * for any other, `at` is the place where it was thrown.
 */
function describe(error: Error, level: LogLevel): LogFields {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? { code: error.code } : {};
  const at = error instanceof Unavailable || level === 'debug' ? undefined : placeIn(stack);
  return {
    name,
    message,
    ...code,
    ...(at === undefined ? {} : { at }),
    ...(level === 'debug' ? { stack } : {}),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** Returns the first line of a stack after the message: `read (file:///app/lib/x.ts:12:3)`. */
function placeIn(stack = ''): string | undefined {
  return /^ +at (.+)$/m.exec(stack)?.[1];
}

import type { Clock } from './ports/clock.ts';
import type { LogLevel } from './config.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** Writes lines of JSON: `{"time","level","message",…}`. Never give it a body, a header or a key. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same logger, with these fields on each of its lines. */
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
      `${JSON.stringify(line, (_key, value: unknown) => (value instanceof Error ? describe(value) : value))}\n`,
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

/** An error with its stack and all of its causes, which JSON would leave out. */
function describe({ name, message, stack, cause }: Error): LogFields {
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}

import { readFile } from 'node:fs/promises';
import { parseApiKeyFile, type ApiKeyRecords } from '../../lib/domain/api-key-file.ts';
import { UnreadableFormat } from '../../lib/errors.ts';
import { CannotStart } from '../cannot-start.ts';
import type { Logger } from '../../lib/logger.ts';
import { messageOf } from '../../lib/message-of.ts';

/** The API keys of a file that is read again as long as the process runs. */
export interface KeyFile {
  records(): ApiKeyRecords;
  stop(): void;
}

export interface KeyFileOptions {
  readonly path: string;
  readonly logger: Logger;
  /** Interval between two reads. A key that is removed goes on for as long. */
  readonly readAgainMilliseconds?: number;
}

const defaultReadAgainMilliseconds = 5_000;

/**
 * Opens a file of API keys. It is read again every few seconds rather than watched, since a mounted secret is replaced
 * by a link. A file that cannot be read later, or is damaged, changes nothing and is reported: half a file must not lock
 * everybody out.
 * @throws UnreadableFormat  it is damaged, or a newer version wrote it
 * @throws CannotStart       it cannot be read; the message says which file
 */
export async function openKeyFile({
  path,
  logger,
  readAgainMilliseconds = defaultReadAgainMilliseconds,
}: KeyFileOptions): Promise<KeyFile> {
  let text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CannotStart(
      `The file of API keys cannot be read: ${messageOf(cause)}. API_KEYS_FILE names it.`,
      {
        cause,
      },
    );
  });
  let records = parseKeys(text, path);
  let problem = '';

  async function readAgain(): Promise<void> {
    try {
      const next = await readFile(path, 'utf8');
      if (next !== text) {
        records = parseKeys(next, path);
        text = next;
        logger.info('The file of API keys was read again', { path, keys: records.size });
      }
      problem = '';
    } catch (error) {
      if (problem === messageOf(error)) return; // reported before
      problem = messageOf(error);
      logger.error('The file of API keys cannot be used; the keys from before go on', { path, error });
    }
  }

  let reading = Promise.resolve();
  const timer = setInterval(() => {
    reading = reading.then(readAgain);
  }, readAgainMilliseconds).unref();
  return { records: () => records, stop: () => clearInterval(timer) };
}

function parseKeys(text: string, path: string): ApiKeyRecords {
  try {
    return parseApiKeyFile(text);
  } catch (error) {
    if (!(error instanceof UnreadableFormat)) throw error;
    throw new UnreadableFormat(`${path}: ${error.message}`, { cause: error });
  }
}

import { readFile } from 'node:fs/promises';
import { parseApiKeyFile, type ApiKeyRecords } from '../../lib/domain/api-key-file.ts';
import { UnreadableFormat } from '../../lib/errors.ts';
import { CannotStart } from '../cannot-start.ts';
import type { Logger } from '../../lib/logger.ts';
import { messageOf } from '../../lib/message-of.ts';

/** The API keys in a file, which is read again while the process runs. */
export interface KeyFile {
  records(): ApiKeyRecords;
  stop(): void;
}

export interface KeyFileOptions {
  readonly path: string;
  readonly logger: Logger;
  /** Interval between two reads. A removed key still works for up to this long. */
  readonly readAgainMilliseconds?: number;
}

const defaultReadAgainMilliseconds = 5_000;

/**
 * Opens a file of API keys. It reads the file again every few seconds and does not watch it, since a mounted secret is
 * replaced through a link. If a later read fails or finds damage, it reports that and keeps the previous keys: half a
 * file must not lock everybody out.
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
      if (problem === messageOf(error)) return; // already reported
      problem = messageOf(error);
      logger.error('The file of API keys cannot be used; the previous keys stay valid', { path, error });
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

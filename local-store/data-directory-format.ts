import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { UnreadableFormat } from '../lib/errors.ts';
import { writeDurableFile } from './durable-files.ts';
import { errorCode } from '../lib/error-code.ts';

/**
 * Version of the data directory's layout. This program writes this version, and reads it and all earlier ones. Since
 * version 2, a temporary file can be the only copy of an accepted batch; a program of version 1 would remove it.
 */
const dataDirectoryFormatVersion = 2;

const formatSchema = z.object({ formatVersion: z.int().min(1) });

/**
 * Makes sure that this program understands the data directory, and marks a new or an older one as its own
 * (`format.json`). Its owner calls it before it touches anything else in it.
 * @throws UnreadableFormat  a newer version of this program wrote it, or its `format.json` is damaged
 */
export async function requireDataDirectoryFormat(directory: string): Promise<void> {
  const path = `${directory}/format.json`;
  const text = await readFormat(path);
  const formatVersion = text === undefined ? 0 : parseFormatVersion(path, text);
  if (formatVersion < dataDirectoryFormatVersion) {
    await writeDurableFile(path, `${JSON.stringify({ formatVersion: dataDirectoryFormatVersion })}\n`);
    return;
  }
  if (formatVersion > dataDirectoryFormatVersion) {
    throw new UnreadableFormat(
      `The data directory ${directory} has format ${formatVersion}, and this program reads formats up to ` +
        `${dataDirectoryFormatVersion}: a newer version wrote it. Start that version, or choose another directory.`,
    );
  }
}

async function readFormat(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseFormatVersion(path: string, text: string): number {
  try {
    return formatSchema.parse(JSON.parse(text)).formatVersion;
  } catch (cause) {
    throw new UnreadableFormat(
      `${path} is damaged: it should be {"formatVersion":${dataDirectoryFormatVersion}}.`,
      { cause },
    );
  }
}

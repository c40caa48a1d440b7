import type { ObjectKey } from '../../lib/domain/keys.ts';
import { isObjectKey, temporaryDirectoryName } from './key-place.ts';

/**
 * The creation of an object, as the name of its temporary file describes it. Once content and name of that file are durable,
 * so is the object: a start that finds the file gives it its place. And as long as the file is there, a start finds what was
 * to be done after the creation and may not have been.
 */
export interface Intent {
  readonly key: ObjectKey;
  /** Distinguishes attempts for one key; the latest of them counts. */
  readonly sequence: number;
  readonly size: number;
  readonly etag: string;
}

/** Separator that occurs in no segment of a key and in no etag. */
const separator = '+';
const prefix = 'intent';
const maxNameBytes = 255;
const wholeNumber = /^(?:0|[1-9]\d{0,15})$/;

/** Returns the name of the temporary file, or `undefined` where the key is too long to be a part of it. */
export function intentName({ key, sequence, size, etag }: Intent): string | undefined {
  const name = [prefix, sequence, size, etag, ...key.split('/')].join(separator);
  return name.length <= maxNameBytes ? name : undefined;
}

/**
 * Returns the path of the temporary file.
 * @throws RangeError  the key is too long to be a part of its name
 */
export function intentPath(root: string, intent: Intent): string {
  const name = intentName(intent);
  if (name === undefined) throw new RangeError(`The key is too long for an intent: ${intent.key}`);
  return `${root}/${temporaryDirectoryName}/${name}`;
}

/** Reads the name of a temporary file; `undefined` where it describes no creation. */
export function parseIntent(name: string): Intent | undefined {
  const [start, sequence = '', size = '', etag = '', ...segments] = name.split(separator);
  const key = segments.join('/');
  if (start !== prefix || !wholeNumber.test(sequence) || !wholeNumber.test(size)) return undefined;
  return isObjectKey(key) ? { key, sequence: Number(sequence), size: Number(size), etag } : undefined;
}

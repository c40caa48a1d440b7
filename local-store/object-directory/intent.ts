import type { ObjectKey } from '../../lib/domain/keys.ts';
import { isObjectKey, temporaryDirectoryName } from './key-place.ts';

/**
 * The creation of an object, as described by the name of its temporary file. Once the content and the name of that
 * file are durable, so is the object: a start that finds the file puts the object in its place. As long as the file
 * exists, a start also knows that work which follows the creation may not have been done.
 */
export interface Intent {
  readonly key: ObjectKey;
  /** Distinguishes attempts for one key; the latest one counts. */
  readonly sequence: number;
  readonly size: number;
  readonly etag: string;
}

/** Separator that occurs neither in segments of keys nor in etags. */
const separator = '+';
const prefix = 'intent';
const maxNameBytes = 255;
const wholeNumber = /^(?:0|[1-9]\d{0,15})$/;

/** Returns the name of the temporary file, or `undefined` if the key is too long to be part of it. */
export function intentName({ key, sequence, size, etag }: Intent): string | undefined {
  const name = [prefix, sequence, size, etag, ...key.split('/')].join(separator);
  return name.length <= maxNameBytes ? name : undefined;
}

/**
 * Returns the path of the temporary file.
 * @throws RangeError  the key is too long to be part of its name
 */
export function intentPath(root: string, intent: Intent): string {
  const name = intentName(intent);
  if (name === undefined) throw new RangeError(`The key is too long for an intent: ${intent.key}`);
  return `${root}/${temporaryDirectoryName}/${name}`;
}

/** Parses the name of a temporary file; returns `undefined` if it does not describe a creation. */
export function parseIntent(name: string): Intent | undefined {
  const [start, sequence = '', size = '', etag = '', ...segments] = name.split(separator);
  const key = segments.join('/');
  if (start !== prefix || !wholeNumber.test(sequence) || !wholeNumber.test(size)) return undefined;
  return isObjectKey(key) ? { key, sequence: Number(sequence), size: Number(size), etag } : undefined;
}

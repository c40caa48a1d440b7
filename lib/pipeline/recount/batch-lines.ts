import type { ObjectKey } from '../../domain/keys.ts';

/** A partial of a stored batch, without its counts. */
export interface ListedPartial {
  readonly windowKey: ObjectKey;
  readonly batchKey: ObjectKey;
  readonly id: Buffer;
  /** The rules of the recount counted it when it was stored. */
  readonly isOfTheseRules: boolean;
}

/** Text between the fields of a line; the window comes first, and sorts the lines. */
const separator = '\t';

export function partialLine({ windowKey, batchKey, id, isOfTheseRules }: ListedPartial): string {
  return [windowKey, '', batchKey, id.toString('base64'), isOfTheseRules ? '1' : ''].join(separator);
}

/** Parses a line that `partialLine` made. */
export function parsePartialLine(line: string): ListedPartial {
  const [windowKey = '', , batchKey = '', id = '', rules = ''] = line.split(separator);
  return {
    windowKey: keyOf(windowKey),
    batchKey: keyOf(batchKey),
    id: Buffer.from(id, 'base64'),
    isOfTheseRules: rules !== '',
  };
}

/** A batch to read for a window. */
export interface BatchToRead {
  readonly batchKey: ObjectKey;
  readonly windowKey: ObjectKey;
}

export function batchLine({ batchKey, windowKey }: BatchToRead): string {
  return [batchKey, '', windowKey].join(separator);
}

/** Parses a line that `batchLine` made. */
export function parseBatchLine(line: string): BatchToRead {
  const [batchKey = '', , windowKey = ''] = line.split(separator);
  return { batchKey: keyOf(batchKey), windowKey: keyOf(windowKey) };
}

/** Reads a key of a line; only keys were put there. */
function keyOf(text: string): ObjectKey {
  return text as ObjectKey;
}

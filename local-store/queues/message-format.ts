import { UnreadableFormat } from '../../lib/errors.ts';

/**
 * Version of the format of a stored message, which has a part in each of two tables. Its content never changes: the
 * format's version (1 byte), the length of the name of the queue that made it a dead letter (2 bytes; 0: none), that
 * name, the body. Its state changes with each receive: the version (1 byte), when it was sent and when it was first
 * received (8 bytes each, milliseconds since 1970 as a double; `NaN`: never), how many times it was received (4
 * bytes). Numbers are big-endian, texts are UTF-8.
 */
const formatVersion = 1;

const contentHeaderBytes = 3;
const stateBytes = 21;

export interface MessageContent {
  readonly body: string;
  readonly sourceQueue: string | undefined;
}

/** Instants in milliseconds since 1970. */
export interface MessageState {
  readonly sentAt: number;
  readonly firstReceivedAt: number | undefined;
  readonly receiveCount: number;
}

export function encodeContent({ body, sourceQueue = '' }: MessageContent): Buffer {
  const nameBytes = Buffer.byteLength(sourceQueue);
  const content = Buffer.allocUnsafe(contentHeaderBytes + nameBytes + Buffer.byteLength(body));
  content.writeUInt8(formatVersion, 0);
  content.writeUInt16BE(nameBytes, 1);
  content.write(sourceQueue, contentHeaderBytes);
  content.write(body, contentHeaderBytes + nameBytes);
  return content;
}

/** @throws UnreadableFormat  a newer version wrote it, or it is damaged */
export function decodeContent(content: Buffer): MessageContent {
  requireFormat(content, contentHeaderBytes);
  const bodyStart = contentHeaderBytes + content.readUInt16BE(1);
  if (content.length < bodyStart) throw cutOff(content);
  const sourceQueue = content.toString('utf8', contentHeaderBytes, bodyStart);
  return {
    body: content.toString('utf8', bodyStart),
    sourceQueue: sourceQueue === '' ? undefined : sourceQueue,
  };
}

export function encodeState({ sentAt, firstReceivedAt, receiveCount }: MessageState): Buffer {
  const state = Buffer.allocUnsafe(stateBytes);
  state.writeUInt8(formatVersion, 0);
  state.writeDoubleBE(sentAt, 1);
  state.writeDoubleBE(firstReceivedAt ?? Number.NaN, 9);
  state.writeUInt32BE(receiveCount, 17);
  return state;
}

/** @throws UnreadableFormat  a newer version wrote it, or it is damaged */
export function decodeState(state: Buffer): MessageState {
  requireFormat(state, stateBytes);
  const firstReceivedAt = state.readDoubleBE(9);
  return {
    sentAt: state.readDoubleBE(1),
    firstReceivedAt: Number.isNaN(firstReceivedAt) ? undefined : firstReceivedAt,
    receiveCount: state.readUInt32BE(17),
  };
}

function requireFormat(stored: Buffer, minBytes: number): void {
  const version = stored[0];
  if (version !== undefined && version !== formatVersion) {
    throw new UnreadableFormat(
      `A queued message has format version ${version}; this program reads version ${formatVersion}. ` +
        'A newer version of the program wrote it: use that one.',
    );
  }
  if (stored.length < minBytes) throw cutOff(stored);
}

function cutOff(stored: Buffer): UnreadableFormat {
  return new UnreadableFormat(`A queued message of ${stored.length} bytes is cut off.`);
}

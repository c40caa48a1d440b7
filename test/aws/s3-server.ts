/**
 * A small S3 server on one of the project's object stores: the requests that the S3 adapter makes, with the statuses and
 * error bodies of the API reference
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html). `npm run
 * test:real` runs the same suite on a server by others, to show that this one is right.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import pMap from 'p-map';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed } from '../../lib/errors.ts';
import type { ObjectStore, PutCondition } from '../../lib/ports/object-store.ts';
import { listen, type RunningServer } from './running-server.ts';

/** An error answer: its status, its code, and the rest of its body. */
class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

interface S3Request {
  readonly message: IncomingMessage;
  readonly key: ObjectKey;
  readonly query: URLSearchParams;
}

const maxKeysAPage = 1_000;

/** Serves the store's objects as one bucket, path style. */
export async function startS3Server(bucket: string, store: ObjectStore): Promise<RunningServer> {
  const server = createServer((message, response) => {
    answer(message, response, bucket, store).catch((error: unknown) => {
      const { status, code } = error instanceof S3Error ? error : new S3Error(500, 'InternalError');
      const text =
        message.method === 'HEAD' ? '' : xml('Error', `<Code>${code}</Code><Message>${code}</Message>`);
      response.writeHead(status, { 'content-type': 'application/xml' }).end(text);
    });
  });
  return listen(server);
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  bucket: string,
  store: ObjectStore,
): Promise<void> {
  const url = new URL(message.url ?? '/', 'http://localhost');
  const [, askedBucket = '', ...segments] = url.pathname.split('/').map(decodeURIComponent);
  if (askedBucket !== bucket) throw new S3Error(404, 'NoSuchBucket');
  const request = { message, key: segments.join('/') as ObjectKey, query: url.searchParams };
  if (request.key === '') {
    response.writeHead(200, { 'content-type': 'application/xml' }).end(await list(request, bucket, store));
    return;
  }
  switch (message.method) {
    case 'GET':
    case 'HEAD':
      return get(request, response, store);
    case 'PUT':
      return put(request, response, store);
    case 'DELETE':
      return remove(request, response, store);
    case undefined:
    default:
      throw new S3Error(405, 'MethodNotAllowed');
  }
}

async function get({ message, key }: S3Request, response: ServerResponse, store: ObjectStore): Promise<void> {
  const object = await store.get(key);
  if (object === undefined) throw new S3Error(404, 'NoSuchKey');
  const { body, size } = object;
  const headers = {
    etag: `"${object.etag}"`,
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
  };
  if (message.method === 'HEAD') {
    response.writeHead(200, { ...headers, 'content-length': size }).end();
    return;
  }
  const [, last] = /^bytes=0-(\d+)$/.exec(message.headers.range ?? '') ?? [];
  if (last === undefined) {
    response.writeHead(200, { ...headers, 'content-length': size }).end(body);
    return;
  }
  if (size === 0) throw new S3Error(416, 'InvalidRange');
  const start = body.subarray(0, Number(last) + 1);
  const range = `bytes 0-${start.length - 1}/${size}`;
  response.writeHead(206, { ...headers, 'content-length': start.length, 'content-range': range }).end(start);
}

async function put({ message, key }: S3Request, response: ServerResponse, store: ObjectStore): Promise<void> {
  const condition = conditionOf(message);
  const body = await buffer(message);
  const checksum = message.headers['x-amz-checksum-crc32'];
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  if (checksum !== undefined && checksum !== sum.toString('base64')) throw new S3Error(400, 'BadDigest');
  if ('ifMatch' in condition && (await store.get(key, { firstBytes: 0 })) === undefined) {
    throw new S3Error(404, 'NoSuchKey');
  }
  try {
    const { etag } = await store.put(key, body, condition);
    response.writeHead(200, { etag: `"${etag}"` }).end();
  } catch (error) {
    if (error instanceof PreconditionFailed) throw new S3Error(412, 'PreconditionFailed');
    throw error;
  }
}

/** Deletes an object as S3 does: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html */
async function remove(
  { message: { headers }, key }: S3Request,
  response: ServerResponse,
  store: ObjectStore,
): Promise<void> {
  const etag = headers['if-match']?.replaceAll('"', '');
  try {
    await store.delete(key, etag === undefined ? undefined : { ifMatch: etag });
    response.writeHead(204).end();
  } catch (error) {
    if (error instanceof PreconditionFailed) throw new S3Error(412, 'PreconditionFailed');
    throw error;
  }
}

/** Returns the condition of a write; every write of this project has one, and the bucket's policy demands it. */
function conditionOf({ headers }: IncomingMessage): PutCondition {
  if (headers['if-none-match'] === '*') return { ifNoneMatch: '*' };
  if (headers['if-match'] !== undefined) return { ifMatch: headers['if-match'].replaceAll('"', '') };
  throw new S3Error(403, 'AccessDenied');
}

async function list({ message, query }: S3Request, bucket: string, store: ObjectStore): Promise<string> {
  if (message.method !== 'GET' || query.get('list-type') !== '2') throw new S3Error(501, 'NotImplemented');
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const startAfter =
    token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64').toString();
  const keys: ObjectKey[] = [];
  for await (const key of store.list(prefix, { startAfter })) {
    keys.push(key);
    if (keys.length > maxKeysAPage) break;
  }
  const page = keys.slice(0, maxKeysAPage);
  const isTruncated = keys.length > page.length;
  const next = Buffer.from(page.at(-1) ?? '').toString('base64');
  const etags = await pMap(page, async (key) => (await store.get(key, { firstBytes: 0 }))?.etag);
  const contents = page.map((key, place) => {
    const etag = etags[place]; // absent where the object was deleted meanwhile
    if (etag === undefined) return '';
    return `<Contents><Key>${escapeXml(key)}</Key><ETag>&quot;${etag}&quot;</ETag></Contents>`;
  });
  return xml(
    'ListBucketResult',
    `<Name>${bucket}</Name><Prefix>${escapeXml(prefix)}</Prefix><MaxKeys>${maxKeysAPage}</MaxKeys>` +
      `<KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>` +
      (isTruncated ? `<NextContinuationToken>${next}</NextContinuationToken>` : '') +
      contents.join(''),
  );
}

function xml(element: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${element}>${content}</${element}>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

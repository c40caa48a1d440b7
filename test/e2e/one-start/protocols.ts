import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { longBitsOf, toProtobuf } from '../../domain/protocols/otlp/official-encoding.ts';
import { cloudflareRequest, combinedLine, deliver } from '../../handlers/protocols/protocol-requests.ts';
import type { Emulator } from '../emulator.ts';
import { askForBatch, countedRequests, json } from '../requests.ts';

/** Tests the protocols of collectors and delivery services. */
export function describeProtocols(emulator: Emulator): void {
  async function post(
    path: string,
    customerId: string,
    body: Buffer | string,
    headers: Record<string, string> = {},
  ) {
    const sent = { 'x-customer-id': customerId, ...headers };
    return emulator.http.request(path, { method: 'POST', body, headers: sent });
  }

  it('takes OTLP in protobuf and gzip, and counts a request that is sent again once', async () => {
    const record = {
      timeUnixNano: longBitsOf(1_766_944_987_000_000_000n),
      attributes: [
        { key: 'http.request.method', value: { stringValue: 'GET' } },
        { key: 'url.path', value: { stringValue: '/größe' } },
      ],
    };
    const bodies = [
      record,
      record,
      { body: { stringValue: combinedLine } },
      { body: { stringValue: 'other' } },
    ];
    const body = gzipSync(toProtobuf([[bodies]]));
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
    const first = await post('/v1/logs', 'cus-otlp', body, headers);
    const second = await post('/v1/logs', 'cus-otlp', body, headers);
    expect([first.status, first.headers['content-type']]).toEqual([200, 'application/x-protobuf']);
    // The first bytes of `partial_success` with one rejected record.
    expect([first.body[0], first.body[2], first.body[3]]).toEqual([0x0a, 0x08, 1]);
    expect(second.body).toEqual(first.body);
    expect(await countedRequests(emulator, 'cus-otlp')).toBe(3);
  });

  it('takes a delivery of Amazon Data Firehose, and counts it once when it is tried again', async () => {
    for (const timestamp of [1, 2]) {
      const { body = '', headers } = deliver([combinedLine, `${combinedLine}\n`], { timestamp });
      const sent = { ...(headers as Record<string, string>), 'x-customer-id': 'cus-firehose' };
      const answer = await post('/firehose', 'cus-firehose', Buffer.from(body, 'base64'), sent);
      expect([answer.status, json(answer)]).toMatchObject([200, { requestId: 'delivery-1' }]);
    }
    expect(await countedRequests(emulator, 'cus-firehose')).toBe(2);
    expect(await askForBatch(emulator, 'cus-firehose', 'delivery-1')).toMatchObject({ counted: true });
  });

  it('takes Cloudflare Logpush without a content type, after the test of the destination', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const tested = await post('/logpush', 'cus-logpush', gzipSync('{"content":"tests"}'), headers);
    expect(tested.status).toBe(200);
    const lines = [
      cloudflareRequest,
      { ...cloudflareRequest, EdgeStartTimestamp: 1_766_944_987_000_000_000 },
    ];
    const body = gzipSync(lines.map((line) => JSON.stringify(line)).join('\n'));
    const answer = await post('/logpush', 'cus-logpush', body, headers);
    expect([answer.status, json(answer)]).toMatchObject([200, { entries: 2 }]);
    expect(await countedRequests(emulator, 'cus-logpush')).toBe(2);
  });
}

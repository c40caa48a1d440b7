import { describe, expect, it } from 'vitest';
import { json } from '../../e2e/requests.ts';
import { protocolRequests } from '../../handlers/protocols/protocol-requests.ts';
import { senderRequests } from '../../handlers/protocols/sender-requests.ts';
import { acceptedKey as key } from './accepted-key.ts';
import { useServedApp } from './served-app.ts';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('the server of the cluster form', () => {
  const served = useServedApp({ authorizer: key.authorizer, environment: { MAX_BATCH_BYTES: '100000' } });

  async function send([, , event]: (typeof protocolRequests)[number], presented: Record<string, string>) {
    const { 'x-customer-id': _customer, ...headers } = event.headers as Record<string, string>;
    const body = Buffer.from(event.body ?? '', 'base64');
    return served.http.request(event.rawPath, {
      method: event.requestContext.http.method,
      body,
      headers: { ...headers, ...presented },
    });
  }

  it('serves the native protocols, with the key in the header of each', async () => {
    for (const sent of [...protocolRequests, ...senderRequests]) {
      const [route, status] = sent;
      const name = route === 'POST /firehose' ? 'x-amz-firehose-access-key' : 'authorization';
      const presented = route === 'POST /firehose' ? key.text : `Bearer ${key.text}`;
      expect([route, (await send(sent, { [name]: presented })).status]).toEqual([route, status]);
    }
  });

  it.each([
    ['Splunk', `Splunk ${key.text}`],
    ['HTTP Basic', `Basic ${base64(`any:${key.text}`)}`],
    ['Elasticsearch', `ApiKey ${base64(`any:${key.text}`)}`],
  ])('takes a key in the form of %s', async (_, authorization) => {
    const sent = protocolRequests.find(([route]) => route === 'POST /logpush') ?? expect.fail('no request');
    expect((await send(sent, { authorization })).status).toBe(200);
  });

  it('takes only the header of the route', async () => {
    const firehose = protocolRequests.find(([route]) => route === 'POST /firehose');
    const logpush = protocolRequests.find(([route]) => route === 'POST /logpush');
    if (firehose === undefined || logpush === undefined) return expect.fail('There are no such requests.');
    const wrong = [
      await send(firehose, { authorization: `Bearer ${key.text}` }),
      await send(logpush, { 'x-amz-firehose-access-key': key.text }),
    ];
    expect(wrong.map(json)).toMatchObject([{ errorCode: 'API_1009' }, { errorCode: 'API_1009' }]);
  });
});

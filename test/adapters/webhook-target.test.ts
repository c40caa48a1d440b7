import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { createWebhookTarget } from '../../lib/adapters/webhook-target.ts';
import { NotDelivered } from '../../lib/ports/alert-target.ts';
import { alertEvent } from '../alert-events.ts';
import { answeringServer, type Answer } from '../answering-server.ts';

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const clock = { now: () => new Date() };
const event = alertEvent();

/** Sends the event to a server with this answer, and returns what went wrong. */
async function failureOf(answer: Answer): Promise<NotDelivered> {
  const { url } = await answeringServer(() => answer);
  return createWebhookTarget({ url, secret }, clock)
    .send(event)
    .then(
      () => expect.fail('It was delivered.'),
      (error: unknown) => error as NotDelivered,
    );
}

describe('the webhook', () => {
  it('gets the event as JSON, with a signature that a library of others verifies', async () => {
    const server = await answeringServer(() => ({ status: 204 }));
    await createWebhookTarget({ url: new URL('/hook?a=b', server.url), secret }, clock).send(event);
    const [request] = server.received;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/hook?a=b',
      headers: { 'content-type': 'application/json', 'webhook-id': event.id },
    });
    const headers = Object.fromEntries(
      Object.entries(request?.headers ?? {}).map(([name, text]) => [name, String(text)]),
    );
    expect(new Webhook(secret).verify(request?.body ?? '', headers)).toMatchObject({
      formatVersion: 1,
      id: event.id,
      kind: 'fall',
      windowStart: '2025-12-28T18:00:00Z',
      text: 'cus-axon: traffic fell to 1,250 requests in the hour from 2025-12-28 18:00 UTC; about 16,000 are usual.',
    });
    expect(() => new Webhook(secret).verify(`${request?.body} `, headers)).toThrow('signature');
  });

  it('gets no signature where there is no secret', async () => {
    const server = await answeringServer(() => ({ status: 200, text: 'fine' }));
    await createWebhookTarget({ url: server.url, secret: undefined }, clock).send(event);
    expect(server.received[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it.each([500, 503, 429, 404, 401])('is down when it answers %i', async (status) => {
    const failure = await failureOf({ status, text: 'a secret' });
    expect(failure).toBeInstanceOf(NotDelivered);
    expect([failure.isDown, failure.message]).toEqual([true, `The webhook answered with status ${status}.`]);
  });

  it.each([400, 413, 422])('refuses one event when it answers %i', async (status) => {
    expect(await failureOf({ status })).toMatchObject({ isDown: false });
  });

  it('is not followed to another place', async () => {
    const other = await answeringServer(() => ({ status: 204 }));
    for (const status of [301, 302, 307, 308]) {
      const failure = await failureOf({ status, headers: { location: other.url.href } });
      expect(failure.message).toContain('redirects are not followed');
    }
    expect(other.received).toEqual([]);
  });

  it('has a limited time to answer', async () => {
    const { url } = await answeringServer(() => new Promise<Answer>(() => {}));
    const sent = createWebhookTarget({ url, secret }, clock, 50).send(event);
    await expect(sent).rejects.toMatchObject({
      isDown: true,
      message: expect.stringContaining('TimeoutError') as unknown,
    });
  });

  it('is not read beyond the status, however long its answer is', async () => {
    let written = 0;
    const server = createServer((_request, response) => {
      const chunk = Buffer.alloc(65_536);
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      await createWebhookTarget({ url: new URL(`http://127.0.0.1:${port}`), secret }, clock).send(event);
      expect(written).toBeLessThan(64 * 1_024 * 1_024);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('keeps its address out of what is logged when it cannot be reached', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const url = new URL(`http://127.0.0.1:${port}/hook?token=hidden`);
    const failure = await createWebhookTarget({ url, secret }, clock)
      .send(event)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ isDown: true, message: 'The webhook was not reached: ECONNREFUSED.' });
    expect(failure).not.toHaveProperty('cause');
  });
});

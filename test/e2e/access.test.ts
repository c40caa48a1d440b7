import { describe, expect, it } from 'vitest';
import { allowedHosts, describeGate } from '../contract/http-gate.contract.ts';
import { useEmulator } from './emulator.ts';
import { listeningSockets } from './listening-sockets.ts';
import { sendRaw } from './raw-request.ts';
import { countedRequests, countedWindows, entry } from './requests.ts';

const emulator = useEmulator({ env: { ALLOWED_HOSTS: allowedHosts } });
const batch = JSON.stringify([entry]);

describe('the ports', () => {
  it.runIf(process.platform === 'linux')('are one, on the loopback address', async () => {
    const { port } = emulator.baseUrl;
    const listening = await listeningSockets(emulator.pid);
    expect(listening).toHaveLength(1);
    expect([`127.0.0.1:${port}`, `[::1]:${port}`]).toContain(listening[0]);
  });

  it.each(['/2015-03-31/functions/ingest/invocations', '/2014-11-13/functions/aggregate/invoke-async/'])(
    'take no made-up events at %s',
    async (path) => {
      const body = JSON.stringify({ body: batch, headers: { 'x-customer-id': 'cus-made-up' } });
      const lines = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Length: 2', 'Connection: close'];
      await expect(sendRaw(emulator.lambdaUrl, lines, '{}')).rejects.toThrow('ECONNREFUSED');
      expect((await emulator.http.request(path, { method: 'POST', body })).status).toBe(404);
      expect(await countedWindows(emulator, 'cus-made-up')).toEqual([]);
    },
  );

  it('take no authorizer’s word from a header', async () => {
    const override = JSON.stringify({ lambda: { customerId: 'cus-victim' } });
    const { body } = await emulator.http.request('/aggregates', {
      headers: { 'x-customer-id': 'cus-own', 'sls-offline-authorizer-override': override },
    });
    expect(JSON.parse(body.toString())).toMatchObject({ customerId: 'cus-own' });
  });
});

describeGate({
  get baseUrl() {
    return emulator.baseUrl;
  },
  get http() {
    return emulator.http;
  },
  countedRequests: (customerId) => countedRequests(emulator, customerId),
});

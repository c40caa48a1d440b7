import { expect, it } from 'vitest';
import { requireLoopback } from '../../../local-store/emulator/require-loopback.ts';

const at = (address: string) => async () => ({ address });

it.each(['127.0.0.1', '127.0.1.1', '::1'])('listens at localhost where it is %s', async (address) => {
  await expect(requireLoopback('localhost', at(address))).resolves.toBeUndefined();
});

it.each(['192.168.1.20', '128.0.0.1', '0.0.0.0', '::', 'fe80::1', '2001:db8::1'])(
  'does not listen at localhost where it is %s',
  async (address) => {
    await expect(requireLoopback('localhost', at(address))).rejects.toThrow(`localhost is ${address}`);
  },
);

it('listens at any other given address', async () => {
  await expect(requireLoopback('0.0.0.0', at('0.0.0.0'))).resolves.toBeUndefined();
});

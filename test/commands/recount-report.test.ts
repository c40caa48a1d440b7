import { expect, it } from 'vitest';
import { textReport } from '../../commands/recount/report.ts';
import { decodeObject } from '../../lib/domain/decode-object.ts';
import { UnreadableFormat } from '../../lib/errors.ts';
import { batchKey } from '../../lib/domain/keys.ts';
import { batchIdOf, customer } from '../factories.ts';

it('names an object that cannot be read once', () => {
  const key = batchKey(customer(), batchIdOf('k-damaged'));
  const damage = () => {
    throw new UnreadableFormat('A batch is damaged.');
  };
  let reason = '';
  try {
    decodeObject(key, Buffer.from(''), damage);
  } catch (error) {
    ({ message: reason } = error as Error);
  }
  let text = '';
  const report = textReport((part) => (text += part));
  report.left({ kind: 'batch-unreadable', key, reason });
  report.finish({ windows: 1, recounted: 0, left: 1, waiting: 0, rulesVersion: 'rules' });
  expect(text.split('\n').slice(0, 2)).toEqual([`UNREADABLE     ${key}`, '  A batch is damaged.']);
});

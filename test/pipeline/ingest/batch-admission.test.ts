import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../lib/errors.ts';
import { customer } from '../../factories.ts';
import { gate } from '../../gate.ts';
import {
  BatchAdmission,
  type BodySize,
  type BatchAdmissionLimits,
} from '../../../lib/pipeline/ingest/batch-admission.ts';

const limits: BatchAdmissionLimits = {
  largeFromBytes: 10,
  largeBytesAtOnce: 20,
  hugeFromBytes: 60,
  hugeBytesAtOnce: 80,
  largeBytesHeld: 100,
  smallBytesHeld: 30,
  decodersAtOnce: 2,
  maxWaiting: 3,
  maxWaitingOfOneCustomer: 3,
};
const plain = (bytes: number): BodySize => ({ atMostBytes: bytes, isKnown: true });
/** A body of at most 50 bytes, whose size is not known before it is decoded. */
const compressed: BodySize = { atMostBytes: 50, isKnown: false };

/** Returns an admission and the batches that it has begun to decode and to process; each ends when its gate opens. */
function observed(given: BatchAdmissionLimits = limits) {
  const batchAdmission = new BatchAdmission(given);
  const decoding: string[] = [];
  const working: string[] = [];
  const gates = { decoders: gate(), work: gate() };
  const run = (name: string, size: BodySize, decodedBytes = size.atMostBytes) =>
    batchAdmission.run(
      customer(name.startsWith('other') ? 'cus-other' : 'cus-axon'),
      size,
      async () => {
        decoding.push(name);
        if (!size.isKnown) await gates.decoders.opened;
        return Buffer.alloc(decodedBytes);
      },
      async () => {
        working.push(name);
        await gates.work.opened;
        return name;
      },
    );
  return { run, decoding, working, gates };
}

describe('BatchAdmission', () => {
  it('has large batches wait for each other, and lets small ones pass', async () => {
    const { run, working, gates } = observed();
    const running = [run('large', plain(15)), run('next', plain(15)), run('small', plain(9))];
    await nextTurn();
    expect(working.toSorted()).toEqual(['large', 'small']);
    gates.work.open();
    await Promise.all(running);
    expect(working.at(-1)).toBe('next');
  });

  it('has huge batches wait for each other, and lets large ones pass', async () => {
    const { run, working, gates } = observed({ ...limits, largeBytesHeld: 1_000 });
    const running = [run('huge', plain(70)), run('next', plain(60)), run('large', plain(15))];
    await nextTurn();
    expect(working.toSorted()).toEqual(['huge', 'large']);
    gates.work.open();
    await Promise.all(running);
    expect(working.at(-1)).toBe('next');
  });

  it('takes large batches of several customers in turn, however many one of them sends', async () => {
    const { run, working, gates } = observed({ ...limits, largeBytesHeld: 1_000, maxWaiting: 100 });
    const running = ['a', 'b', 'c', 'd', 'other 1', 'other 2'].map((name) => run(name, plain(20)));
    gates.work.open();
    await Promise.all(running);
    expect(working).toEqual(['a', 'b', 'other 1', 'c', 'other 2', 'd']);
  });

  it('admits a batch of another customer as soon as there is memory', async () => {
    const { run, decoding, gates } = observed();
    const running = ['a', 'b', 'c', 'd', 'other'].map((name) => run(name, compressed));
    await nextTurn();
    expect(decoding).toEqual(['a', 'b']);
    gates.decoders.open();
    gates.work.open();
    await Promise.all(running);
    expect(decoding.indexOf('other')).toBeLessThan(decoding.indexOf('d'));
  });

  it('keeps places in which others wait', async () => {
    const { run, gates } = observed({ ...limits, maxWaitingOfOneCustomer: 2 });
    const own = [1, 2, 3, 4].map((n) => run(`large ${n}`, compressed));
    await expect(run('refused', compressed)).rejects.toThrow(Unavailable);
    const other = run('other', compressed);
    gates.decoders.open();
    gates.work.open();
    await expect(Promise.all([...own, other])).resolves.toContain('other');
  });

  it('takes a compressed batch for the largest there can be, and decodes it when there is memory for that', async () => {
    const { run, decoding, gates } = observed();
    const running = ['a', 'b', 'c', 'd'].map((name) => run(name, compressed));
    await nextTurn();
    expect(decoding).toEqual(['a', 'b']);
    gates.decoders.open();
    gates.work.open();
    expect(await Promise.all(running)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes a compressed batch for what it is once that is known: a small one waits for no large one', async () => {
    const { run, decoding, working, gates } = observed();
    const running = [
      run('large', plain(20)),
      ...['a', 'b', 'c', 'd'].map((name) => run(name, compressed, 5)),
    ];
    await nextTurn();
    expect(decoding).toEqual(['large', 'a']); // 20 + 50 of 100 bytes
    gates.decoders.open();
    await nextTurn();
    expect(working.toSorted()).toEqual(['a', 'b', 'c', 'd', 'large']);
    gates.work.open();
    await Promise.all(running);
  });

  it('bounds how many are decompressed at one time', async () => {
    const { run, decoding, gates } = observed({ ...limits, largeBytesHeld: 1_000 });
    const running = ['a', 'b', 'c'].map((name) => run(name, compressed));
    await nextTurn();
    expect(decoding).toEqual(['a', 'b']);
    gates.decoders.open();
    gates.work.open();
    await Promise.all(running);
  });

  it('refuses any batch while enough others wait, and accepts it when those are done', async () => {
    const { run, working, gates } = observed();
    const large = [1, 2, 3, 4, 5].map((n) => run(`large ${n}`, compressed));
    await expect(run('refused', compressed)).rejects.toThrow(Unavailable);
    const small = [1, 2, 3, 4, 5, 6].map((n) => run(`small ${n}`, plain(9)));
    await expect(run('refused', plain(9))).rejects.toThrow(Unavailable);
    gates.decoders.open();
    gates.work.open();
    await Promise.all([...large, ...small]);
    await run('later', compressed);
    expect(working).toHaveLength(12);
    expect(working.at(-1)).toBe('later');
  });

  it('takes what is larger than all that it may hold where it holds nothing', async () => {
    const { run, gates } = observed();
    gates.work.open();
    await expect(run('taken', plain(101))).resolves.toBe('taken');
  });

  it('gives back what failed work has held, and what could not be decoded', async () => {
    const batchAdmission = new BatchAdmission(limits);
    const failing = async () => {
      throw new Error('did not work');
    };
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(
        batchAdmission.run(customer(), compressed, failing, async () => 'not reached'),
      ).rejects.toThrow('did not work');
      await expect(
        batchAdmission.run(customer(), plain(100), async () => Buffer.alloc(100), failing),
      ).rejects.toThrow('did not work');
    }
    await expect(
      batchAdmission.run(
        customer(),
        compressed,
        async () => Buffer.alloc(50),
        async () => 'taken',
      ),
    ).resolves.toBe('taken');
  });
});

import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../lib/errors.ts';
import { Intake } from '../../lib/pipeline/intake.ts';

const limits = { heldBytes: 100, largeFromBytes: 10, largeBytesAtOnce: 20 };

/** Work that has begun when it is in `begun`, and ends when all of it is told to. */
function someWork() {
  const begun: string[] = [];
  let endAll = (): void => {};
  const ended = new Promise<void>((resolve) => (endAll = resolve));
  const work = (name: string) => () => {
    begun.push(name);
    return ended;
  };
  return { begun, endAll, work };
}

describe('Intake', () => {
  it('has large batches wait for each other, and lets small ones pass', async () => {
    const { begun, endAll, work } = someWork();
    const intake = new Intake(limits);
    const running = [
      intake.run(15, work('large')),
      intake.run(15, work('next')),
      intake.run(9, work('small')),
    ];
    await Promise.resolve();
    expect(begun.toSorted()).toEqual(['large', 'small']);
    endAll();
    await Promise.all(running);
    expect(begun.at(-1)).toBe('next');
  });

  it('refuses what is too much together with what runs and what waits, until some of it has ended', async () => {
    const { begun, endAll, work } = someWork();
    const intake = new Intake(limits);
    const running = [9, 9, 15, 15, 15, 15, 15].map((bytes) => intake.run(bytes, work(`${bytes}`)));
    await expect(intake.run(8, work('refused'))).rejects.toThrow(Unavailable);
    endAll();
    await Promise.all(running);
    await intake.run(100, work('later'));
    expect(begun).not.toContain('refused');
    expect(begun.at(-1)).toBe('later');
  });

  it('takes what is larger than all that it may hold where it holds nothing', async () => {
    await expect(new Intake(limits).run(101, async () => 'taken')).resolves.toBe('taken');
  });

  it('gives back what failed work has held', async () => {
    const intake = new Intake(limits);
    const failing = async () => {
      throw new Error('did not work');
    };
    await expect(intake.run(100, failing)).rejects.toThrow('did not work');
    await expect(intake.run(100, async () => 'taken')).resolves.toBe('taken');
  });
});

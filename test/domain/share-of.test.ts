import { describe, expect, it } from 'vitest';
import { decideAdmission, shareOf } from '../../lib/domain/share-of.ts';

const limit = 1_000;

describe('the share of a customer', () => {
  it.each([
    [1, 1_000],
    [2, 500],
    [3, 333],
    [1_000_000, 10],
  ])('of %i that send is %i of 1,000', (activeCustomers, share) => {
    expect(shareOf(limit, activeCustomers)).toBe(share);
  });

  it('is never nothing', () => {
    expect(shareOf(1, 50)).toBe(1);
  });
});

describe('an admission', () => {
  const decide = (records: number, ownRecords: number, activeCustomers: number) =>
    decideAdmission({ records, ownRecords, activeCustomers }, limit);

  it('lets a customer that is alone use everything, and no more', () => {
    expect([decide(1_000, 1_000, 1), decide(1_001, 1_001, 1)]).toEqual(['admit', 'own share used up']);
  });

  it('is refused to the one beyond its share while others send, and not to these', () => {
    expect(decide(1_000, 900, 2)).toBe('own share used up');
    expect(decide(1_000, 100, 2)).toBe('admit');
  });

  it('has room for others where one has filled everything while it was alone', () => {
    expect(decide(1_000, 0, 2)).toBe('admit');
  });

  it('is refused to all when all together have twice the limit, however many they are', () => {
    expect(decide(2_001, 0, 10_000)).toBe('all used up');
  });
});

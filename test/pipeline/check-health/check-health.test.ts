import { describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { createHealthCheck } from '../../../lib/pipeline/check-health/check-health.ts';

class CountingStore extends InMemoryObjectStore {
  writes = 0;
  isFull = false;

  override async put(...args: Parameters<InMemoryObjectStore['put']>) {
    this.writes += 1;
    if (this.isFull) throw new Unavailable('No space is left.');
    return super.put(...args);
  }
}

describe('the health check', () => {
  it('writes at most every ten seconds, and stands by what it found until then', async () => {
    const store = new CountingStore();
    let seconds = 0;
    const checkHealth = createHealthCheck(store, { now: () => new Date(seconds * 1_000) });
    await Promise.all([checkHealth(), checkHealth()]);
    expect(store.writes).toBe(1);

    store.isFull = true;
    seconds = 9;
    await checkHealth();
    seconds = 10;
    await expect(checkHealth()).rejects.toThrow(Unavailable);
    store.isFull = false;
    seconds = 19;
    await expect(checkHealth()).rejects.toThrow(Unavailable);
    seconds = 20;
    await checkHealth();
    expect(store.writes).toBe(3);
  });

  it('goes on when the clock is set back', async () => {
    const store = new CountingStore();
    let seconds = 1_000;
    const checkHealth = createHealthCheck(store, { now: () => new Date(seconds * 1_000) });
    await checkHealth();
    seconds = 0;
    await checkHealth();
    expect(store.writes).toBe(2);
  });
});

import type { CountingRules } from '../../../lib/domain/counting-rules.ts';
import { createRecount, type Recount } from '../../../lib/pipeline/recount/recount.ts';
import type {
  LeftAsItIs,
  RecountOptions,
  RecountPorts,
} from '../../../lib/pipeline/recount/recount-ports.ts';
import { createWindowReplacer } from '../../../lib/pipeline/recount/replace-windows.ts';
import { customer, foldingLimits as limits, simpleRules, windowStart } from '../../factories.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { AuditWorld } from '../audit/audit-world.ts';
import { inMemorySpool } from '../audit/in-memory-spool.ts';

/** Rules of a former version. The present ones of these tests are `simpleRules`. */
export const formerRules: CountingRules = {
  ...simpleRules,
  version: 'former-1',
  userAgentFamily: () => 'Former',
  countedPath: () => '/former',
};

type BegunWith = Partial<
  RecountOptions & Pick<RecountPorts, 'retention' | 'notifier'> & { readonly store: ObjectStore }
>;

/** A pipeline in memory whose windows are recounted. Call `reset` before each test. */
export class RecountWorld extends AuditWorld {
  left: LeftAsItIs[] = [];

  override reset(): void {
    super.reset();
    this.left = [];
  }

  /** Stores a batch by the rules of the former version, and returns a function that counts it. */
  storeFormer(key: string): Promise<() => Promise<void>> {
    return this.storeBatch(key, { rules: formerRules });
  }

  /** Counts a batch of the former rules with an entry of another minute. */
  async countFormerAt(receivedAt: string, key: string): Promise<void> {
    await (
      await this.storeBatch(key, { rules: formerRules, receivedAt })
    )();
  }

  async countFormer(...keys: string[]): Promise<void> {
    for (const key of keys) await (await this.storeFormer(key))();
  }

  begin(options: BegunWith = {}): Recount {
    const { retention, notifier, store = this.store, ...others } = options;
    const { clock } = this;
    const rules = others.rules ?? simpleRules;
    const newSpool = () => Object.assign(inMemorySpool(), { remove: () => {} });
    return createRecount(
      {
        store,
        clock,
        newSpool,
        retention,
        notifier,
        windows: createWindowReplacer(rules.version, { store, retention }),
      },
      {
        customerId: customer(),
        from: windowStart('2025-12-28T18:00:00Z'),
        to: windowStart('2025-12-28T19:00:00Z'),
        rules,
        limits,
        ...others,
      },
    );
  }

  /** Makes passes until one finds nothing more to do, and returns the number of windows that were replaced. */
  async recount(options: BegunWith = {}): Promise<number> {
    const recount = this.begin(options);
    let recounted = 0;
    for (let passes = 0; passes < 5; passes += 1) {
      const pass = await recount.pass(this.reporter);
      recounted += pass.recounted;
      if (pass.changed + pass.waiting === 0) return recounted;
    }
    throw new Error('The recount does not end.');
  }

  readonly reporter = {
    left: (what: LeftAsItIs) => void this.left.push(what),
    begin: () => {},
    done: () => {},
  };
}

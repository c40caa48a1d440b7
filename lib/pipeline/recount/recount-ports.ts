import type { CountingRules } from '../../domain/counting-rules.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { FoldingLimits } from '../../domain/folding.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import type { WindowStart } from '../../domain/window.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WindowNotifier } from '../../ports/window-notifier.ts';
import type { ObjectReader, ProgressReporter } from '../audit/audit-ports.ts';
import type { Spool } from '../audit/spool.ts';
import type { Retention } from '../expire/retention.ts';

/** A recounted window, and the version that it replaces. */
export interface ReplacedWindow {
  readonly key: ObjectKey;
  readonly etag: string;
  readonly body: Buffer;
}

/** Result of a replacement: somebody else may have written the window since it was read, or it has expired. */
export type Replacement = 'replaced' | 'changed' | 'expired';

/** Replaces windows; only the owner of a data directory may do so. */
export interface WindowReplacer {
  /**
   * Replaces each window if nobody has written it since it was read; returns the results in the same order.
   * @throws Unavailable  the store cannot do it now; some may be replaced, and it is safe to repeat
   */
  replace(windows: readonly ReplacedWindow[]): Promise<readonly Replacement[]>;
}

/** A spool that is not needed for the whole recount. */
export interface RemovableSpool extends Spool {
  remove(): void;
}

export interface RecountPorts {
  readonly store: ObjectReader;
  readonly windows: WindowReplacer;
  /** Makes an empty spool. */
  readonly newSpool: () => RemovableSpool;
  readonly clock: Clock;
  /** Windows that have expired are left as they are. Without it none expires. */
  readonly retention?: Retention | undefined;
  /** Present where the store does not announce its changes by itself. */
  readonly notifier?: Pick<WindowNotifier, 'notify'> | undefined;
}

export interface RecountOptions {
  readonly customerId: CustomerId;
  /** First minute. */
  readonly from: WindowStart;
  /** Minute behind the last one. */
  readonly to: WindowStart;
  readonly rules: CountingRules;
  readonly limits: FoldingLimits;
}

/** A window, or a batch, that stays as it is. */
export type LeftAsItIs = { readonly key: ObjectKey } &
  /** Raw batches of this many of its partials are gone, or cannot be read. */
  (
    | { readonly kind: 'batches-gone'; readonly partials: number }
    /** The current rules read other numbers of entries in this many of its partials. */
    | { readonly kind: 'entries-differ'; readonly partials: number }
    /** It does not count what it says it counts: an audit reports it. */
    | { readonly kind: 'window-differs' }
    | { readonly kind: 'window-unreadable' | 'batch-unreadable'; readonly reason: string }
  );

export type RecountStep = 'windows' | 'batches' | 'comparison' | 'counting' | 'writing';

/** Receives the findings and the progress of a recount. */
export interface RecountReporter extends ProgressReporter<RecountStep> {
  left(what: LeftAsItIs): void;
}

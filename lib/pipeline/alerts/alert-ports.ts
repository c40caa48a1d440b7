import type { AlertRuleSet } from '../../domain/alerts/alert-rules.ts';
import type { AlertTarget } from '../../ports/alert-target.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CountingProgress } from '../../ports/counting-progress.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Timers } from '../../ports/timers.ts';
import type { WindowReader } from '../../ports/window-reader.ts';
import type { Logger } from '../../logger.ts';
import type { Retention } from '../expire/retention.ts';

export interface AlertPorts {
  readonly store: ObjectStore;
  readonly reader: WindowReader;
  readonly progress: CountingProgress;
  readonly retention: Retention;
  readonly rules: AlertRuleSet;
  readonly targets: readonly AlertTarget[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

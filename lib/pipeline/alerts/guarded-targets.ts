import type { AlertEvent } from '../../domain/alerts/alert-event.ts';
import type { AlertTargetName } from '../../domain/alerts/customer-alerts.ts';
import { backoffMilliseconds } from '../../backoff.ts';
import type { Logger } from '../../logger.ts';
import { NotDelivered, type AlertTarget } from '../../ports/alert-target.ts';
import type { Timers } from '../../ports/timers.ts';

export interface GuardedTargetsPorts {
  readonly targets: readonly AlertTarget[];
  readonly timers: Timers;
  readonly logger: Logger;
  /** Called after each attempt. */
  readonly onAttempt: (target: AlertTargetName, isDelivered: boolean) => void;
}

const attemptsAtOnce = 3;
const betweenAttempts = { firstMilliseconds: 1_000, longestMilliseconds: 4_000, randomShare: 0.5 };
/** While a target stays down, it is asked less and less often. */
const betweenTries = { firstMilliseconds: 60_000, longestMilliseconds: 3_600_000, randomShare: 0.1 };

/**
 * The targets of alerts, guarded so that one that is down costs a few attempts and not one for each event. It remembers
 * that for this process alone: another one asks again.
 */
export class GuardedTargets {
  readonly #ports: GuardedTargetsPorts;
  readonly #targets: ReadonlyMap<AlertTargetName, AlertTarget>;
  readonly #down = new Map<AlertTargetName, { readonly failures: number; readonly until: number }>();

  constructor(ports: GuardedTargetsPorts) {
    this.#ports = ports;
    this.#targets = new Map(ports.targets.map((target) => [target.name, target]));
  }

  has(name: AlertTargetName): boolean {
    return this.#targets.has(name);
  }

  /**
   * Sends an event to a target, unless that is down; returns whether the target has accepted it.
   * @param isTimeUp  nothing new is sent when it is true
   */
  async send(name: AlertTargetName, event: AlertEvent, isTimeUp: () => boolean): Promise<boolean> {
    const target = this.#targets.get(name);
    if (target === undefined || isTimeUp() || this.#isDown(name)) return false;
    const { timers, logger, onAttempt } = this.#ports;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await target.send(event);
        onAttempt(name, true);
        this.#down.delete(name);
        return true;
      } catch (error) {
        if (!(error instanceof NotDelivered)) throw error;
        onAttempt(name, false);
        const isLast = attempt === attemptsAtOnce || isTimeUp();
        if (isLast && error.isDown) this.#pause(name);
        if (isLast || !error.isDown) {
          logger.error('An alert was not delivered; it is sent again later', {
            target: name,
            id: event.id,
            error,
          });
          return false;
        }
      }
      const wait = backoffMilliseconds(attempt, betweenAttempts, Math.random);
      await timers.sleep(wait, new AbortController().signal);
    }
  }

  #isDown(name: AlertTargetName): boolean {
    const down = this.#down.get(name);
    return down !== undefined && this.#ports.timers.elapsed() < down.until;
  }

  #pause(name: AlertTargetName): void {
    const failures = (this.#down.get(name)?.failures ?? 0) + 1;
    const wait = backoffMilliseconds(failures, betweenTries, Math.random);
    this.#down.set(name, { failures, until: this.#ports.timers.elapsed() + wait });
  }
}

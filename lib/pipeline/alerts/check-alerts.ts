import pMap, { pMapSkip } from 'p-map';
import type { AlertEvent } from '../../domain/alerts/alert-event.ts';
import type { AlertTargetName } from '../../domain/alerts/customer-alerts.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { WindowStart } from '../../domain/window.ts';
import type { WindowReader } from '../../ports/window-reader.ts';
import type { AlertPorts } from './alert-ports.ts';
import { deliverEvents } from './deliver-events.ts';
import { GuardedTargets } from './guarded-targets.ts';
import { endOfJudgeable, judgeCustomer, type JudgeOptions, type Judged } from './judge-customer.ts';

export interface CheckOptions extends JudgeOptions {
  /** Time after which nothing new is judged, and the same for sending; the next check continues. */
  readonly maxSeconds: number;
  readonly customersAtOnce: number;
}

export interface AlertReporter {
  decided(event: AlertEvent): void;
  attempted(target: AlertTargetName, isDelivered: boolean): void;
}

/** Result of a check, for logs. */
export interface Checked {
  readonly customers: number;
  readonly events: number;
  /** Customers with events that are not sent everywhere. */
  readonly unsent: number;
}

interface KnownCustomer {
  readonly judgedThrough: WindowStart | undefined;
  readonly hasUnsent: boolean;
}

const customersAPage = 1_000;

/**
 * Checks the alerts of all customers whenever it is called: first it judges the hours that have become complete, then it
 * sends what was decided. So a target that is down delays no judgement. It may run in several processes at once; one that
 * is still running in this process is not begun again.
 */
export class AlertCheck {
  readonly #ports: AlertPorts;
  readonly #options: CheckOptions;
  readonly #reporter: AlertReporter;
  readonly #targets: GuardedTargets;
  /**
   * Customers that were checked, so that a check within the same hour reads nothing. Events only arise with the
   * judgement of an hour, so another process cannot have added any to a customer whose last complete hour is judged here.
   */
  readonly #known = new Map<CustomerId, KnownCustomer>();
  #isRunning = false;

  constructor(ports: AlertPorts, options: CheckOptions, reporter: AlertReporter) {
    this.#ports = ports;
    this.#options = options;
    this.#reporter = reporter;
    const onAttempt = (target: AlertTargetName, isDelivered: boolean) =>
      reporter.attempted(target, isDelivered);
    this.#targets = new GuardedTargets({ ...ports, onAttempt });
  }

  /** @throws Unavailable  the customers cannot be listed now; nothing is lost by it */
  async run(): Promise<Checked | undefined> {
    if (this.#isRunning) return undefined;
    this.#isRunning = true;
    try {
      return await this.#check();
    } finally {
      this.#isRunning = false;
    }
  }

  async #check(): Promise<Checked> {
    const { customersAtOnce } = this.#options;
    const isOver = this.#deadline();
    let customers = 0;
    let events = 0;
    await pMap(
      allCustomers(this.#ports.reader),
      async (customerId) => {
        customers += 1;
        if (!isOver()) events += await this.#judge(customerId);
        return pMapSkip; // else there would be a list of all results
      },
      { concurrency: customersAtOnce },
    );
    const isTimeUp = this.#deadline();
    const waiting = [...this.#known].flatMap(([customerId, { hasUnsent }]) =>
      hasUnsent ? [customerId] : [],
    );
    await pMap(waiting, (customerId) => this.#deliver(customerId, isTimeUp), {
      concurrency: customersAtOnce,
    });
    const unsent = [...this.#known.values()].filter(({ hasUnsent }) => hasUnsent).length;
    return { customers, events, unsent };
  }

  #deadline(): () => boolean {
    const { timers } = this.#ports;
    const end = timers.elapsed() + this.#options.maxSeconds * 1_000;
    return () => timers.elapsed() > end;
  }

  /** @returns the number of events that were decided */
  async #judge(customerId: CustomerId): Promise<number> {
    const { rules, clock, logger } = this.#ports;
    const own = rules.of(customerId);
    const end = endOfJudgeable(clock.now(), own, this.#options.allowedLatenessSeconds);
    const known = this.#known.get(customerId)?.judgedThrough;
    if (known !== undefined && known >= end) return 0;
    const judged = await this.#orLog('judged', customerId, () =>
      judgeCustomer(customerId, own, this.#ports, this.#options),
    );
    if (judged === undefined) return 0;
    this.#remember(customerId, judged);
    if (judged.passedOver > 0) {
      logger.warn('Hours were passed over, because too many of them waited to be judged', {
        customerId,
        hours: judged.passedOver,
      });
    }
    for (const event of judged.events) this.#reporter.decided(event);
    return judged.events.length;
  }

  async #deliver(customerId: CustomerId, isTimeUp: () => boolean): Promise<void> {
    const hasUnsent = await this.#orLog('sent', customerId, () =>
      deliverEvents(customerId, {
        store: this.#ports.store,
        has: (target) => this.#targets.has(target),
        send: (target, event) => this.#targets.send(target, event, isTimeUp),
      }),
    );
    const known = this.#known.get(customerId);
    if (hasUnsent !== undefined && known !== undefined) this.#known.set(customerId, { ...known, hasUnsent });
  }

  #remember(customerId: CustomerId, { judgedThrough, hasUnsent }: Judged): void {
    this.#known.set(customerId, { judgedThrough, hasUnsent });
  }

  /** Trouble with one customer must not keep the others from being checked; the next check tries again. */
  async #orLog<T>(what: string, customerId: CustomerId, act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      this.#ports.logger.error(`Alerts of a customer could not be ${what}; this is tried again`, {
        customerId,
        error,
      });
      return undefined;
    }
  }
}

async function* allCustomers(reader: Pick<WindowReader, 'customers'>): AsyncGenerator<CustomerId> {
  let after: string | undefined;
  do {
    const page = await reader.customers({ after, limit: customersAPage });
    yield* page.customers;
    after = page.next;
  } while (after !== undefined);
}

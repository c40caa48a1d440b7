import type { AlertEvent } from '../domain/alerts/alert-event.ts';
import type { AlertTargetName } from '../domain/alerts/customer-alerts.ts';

/** A target did not accept an event. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';
  /** True if the target would not accept another event now either. */
  readonly isDown: boolean;

  /** @param message  without anything secret: addresses of webhooks often contain a secret */
  constructor(message: string, isDown: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isDown = isDown;
  }
}

/** A place outside of the pipeline that events of alerts are sent to. */
export interface AlertTarget {
  readonly name: AlertTargetName;
  /**
   * Sends an event, once. It may be sent again: the receiver knows it by its id. It takes seconds at most.
   * @throws NotDelivered  the target has not confirmed it, and may have it nevertheless
   */
  send(event: AlertEvent): Promise<void>;
}

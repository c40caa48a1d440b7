import type { Config } from '../config.ts';
import type { AlertTarget } from '../ports/alert-target.ts';
import type { Clock } from '../ports/clock.ts';
import { createSnsTarget, openSnsClient } from './sns-target.ts';
import { createWebhookTarget } from './webhook-target.ts';

/** Returns the configured targets of alerts. */
export function openAlertTargets(
  { alertWebhook, alertTopicArn }: Pick<Config, 'alertWebhook' | 'alertTopicArn'>,
  clock: Clock,
): readonly AlertTarget[] {
  return [
    ...(alertWebhook === undefined ? [] : [createWebhookTarget(alertWebhook, clock)]),
    ...(alertTopicArn === undefined ? [] : [createSnsTarget(alertTopicArn, openSnsClient)]),
  ];
}

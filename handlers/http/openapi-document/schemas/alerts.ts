import * as z from 'zod';
import { alertChanges, alertKinds, resolveReasons } from '../../../../lib/domain/alerts/alert-kinds.ts';
import { count, instant, minute, nextToken, rangeStart } from './common.ts';

const openAlert = z.object({
  kind: z.enum(alertKinds),
  id: z.string().describe('The id of the event that raised it.'),
  windowStart: minute.describe('The hour that raised it.'),
  since: minute.describe('The first of the unusual hours.'),
});

export const alert = z
  .object({
    id: z.string().describe('32 hexadecimal digits, the same however often the event is sent.'),
    customerId: z.string(),
    kind: z
      .enum(alertKinds)
      .describe(
        'Less traffic than usual, more than usual, a large share of errors, or no request where some are usual.',
      ),
    change: z.enum(alertChanges),
    windowSize: z.literal('hour'),
    windowStart: minute.describe('The hour that raised or resolved it.'),
    since: minute.describe('The first of the unusual hours.'),
    raisedId: z.string().optional().describe('With `resolved`: the id of the event that raised it.'),
    reason: z.enum(resolveReasons).optional().describe('With `resolved`: why it ended.'),
    requests: count.describe('Requests of the hour.'),
    usual: z
      .number()
      .optional()
      .describe(
        'Requests that are usual, by the same hour of previous weeks; of a silence, in all of its hours.',
      ),
    errors: count.optional().describe('With `errors`: requests of the hour that failed.'),
    limitShare: z.number().optional().describe('With `errors`: the share at which the hour is unusual.'),
    silentHours: count.optional().describe('With `silence`: hours without a request in a row.'),
    decidedAt: instant,
    text: z.string().describe('The event as a sentence.'),
  })
  .describe('An alert was raised, or resolved.');

export const alertPage = z.object({
  customerId: z.string(),
  from: rangeStart,
  to: minute,
  judgedThrough: minute
    .nullable()
    .describe('Every hour before this one was judged; null if none was, as without rules of alerts.'),
  open: z.array(openAlert).describe('Alerts that are not resolved now, whatever the range.'),
  alerts: z.array(alert).describe('In the order of their hours.'),
  nextToken,
});

import type { Report } from '../api/load-report.ts';
import { alertSpans } from '../figures/alert-spans.ts';
import type { Mark } from '../figures/chart-content.ts';
import { describeAlertSpan } from '../text/alerts.ts';

/** Returns a mark for each alert of a report. */
export function alertMarks({ alerts, range, zone }: Report, now: number): readonly Mark[] {
  if (alerts === undefined) return [];
  return alertSpans(alerts, range, now).map((span) => ({
    from: span.from,
    to: span.to,
    text: describeAlertSpan(span, zone),
  }));
}

import type { Report } from '../api/load-report.ts';
import { offsetNames } from '../period/zone.ts';
import { formatDateTime, formatRange } from '../text/format.ts';
import { setText } from './elements.ts';

/** The head of a printed page, except for the time of printing. */
export interface PrintHead {
  readonly customer: string;
  readonly period: string;
  readonly zone: string;
}

export function showPrintHead({ customer, period, zone }: PrintHead): void {
  setText('print-customer', customer);
  setText('print-period', period);
  setText('print-zone', zone);
}

export function printHeadOf({ customer, range, zone }: Report): PrintHead {
  return {
    customer,
    period: formatRange(range.from, range.to, zone),
    zone: `${zone.replaceAll('_', ' ')} (${offsetNames(range.from, range.to, zone)})`,
  };
}

/** Writes the time of printing into the head of the printed page. */
export function keepPrintTime(zone: string): void {
  const write = () => setText('print-time', formatDateTime(Date.now(), zone));
  write();
  addEventListener('beforeprint', write);
  matchMedia('print').addEventListener('change', write);
}

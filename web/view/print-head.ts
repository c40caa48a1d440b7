import type { Report } from '../api/load-report.ts';
import { offsetNames } from '../period/zone.ts';
import { formatDateTime, formatRange } from '../text/format.ts';
import { setText } from './elements.ts';

/** The line at the top of a printed page: whose traffic it is, of what time, and when it was printed. */
export interface PrintHead {
  show(report: Report): void;
}

export function createPrintHead(): PrintHead {
  let shown: Report | undefined;
  const write = () => {
    if (shown === undefined) return;
    const { customer, range, zone } = shown;
    setText('print-customer', customer);
    setText('print-period', formatRange(range.from, range.to, zone));
    setText('print-zone', `${zone.replaceAll('_', ' ')} (${offsetNames(range.from, range.to, zone)})`);
    setText('print-time', formatDateTime(Date.now(), zone));
  };
  addEventListener('beforeprint', write);
  matchMedia('print').addEventListener('change', write);
  return {
    show(report) {
      shown = report;
      write();
    },
  };
}

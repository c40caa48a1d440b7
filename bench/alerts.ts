import { programOptions } from '../commands/program-options.ts';
import { alertKinds } from '../lib/domain/alerts/alert-kinds.ts';
import { parseAlertRules } from '../lib/domain/alerts/alert-rules.ts';
import type { CustomerId } from '../lib/domain/customer-id.ts';
import { hoursToAlert, judgeYear, type RaisedAlert } from './alerts/measure.ts';
import { incidentKinds, plantIncidents } from './alerts/incidents.ts';
import { createTrafficYear, firstHour, lastHour } from './alerts/traffic-year.ts';
import { count } from './option-kinds.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

const { years, seed } = programOptions({
  program: 'npm run bench:alerts --',
  summary:
    'Measures how often the default rules of alerts are wrong, and how soon they find something: on seeded years of ' +
    'made-up traffic with daily and weekly cycles, growth, holidays and noise, first as they are, then with incidents.',
  options: {
    years: count('years of each size', 20),
    seed: count('seed of the first year', 1),
  },
});

/** Mean requests of an hour. */
const sizes = [20, 200, 2_000, 50_000];
/** Ten minutes of allowed lateness, and half of the five between two checks. */
const hoursToComplete = 12.5 / 60;

const rulesWith = (defaults: object) =>
  parseAlertRules(JSON.stringify({ formatVersion: 1, defaults })).of('cus-bench' as CustomerId);
const rules = rulesWith({});
const yearsOf = (size: number) =>
  Array.from({ length: years }, (_, index) => createTrafficYear(size, seed * 1_000 + index + size));

function falseAlarms(knowsHolidays: boolean): void {
  const rows = sizes.map((size) => {
    const raised = yearsOf(size).map((year) => judgeYear(year, [], rules, knowsHolidays));
    const ofYear = (alerts: readonly RaisedAlert[]) => alerts.length / years;
    const all = raised.flat();
    return [
      size.toLocaleString('en-US'),
      ...alertKinds.map((kind) => ofYear(all.filter((alert) => alert.kind === kind)).toFixed(2)),
      ofYear(all).toFixed(2),
    ];
  });
  const known = knowsHolidays ? 'holidays are in the rules' : 'nobody lists the ten holidays';
  printTable(
    `False alarms per customer and year, ${known}`,
    ['mean requests an hour', ...alertKinds, 'together'],
    rows,
  );
}

falseAlarms(false);
falseAlarms(true);

const found = sizes.map((size) =>
  yearsOf(size).map((year, index) => {
    const incidents = plantIncidents(firstHour, lastHour, seed * 77 + index);
    return { incidents, raised: judgeYear(year, incidents, rules, true) };
  }),
);
printTable(
  'Incidents found, and median hours from their beginning to the alert',
  ['incident', ...sizes.map((size) => size.toLocaleString('en-US'))],
  incidentKinds.map((kind) => {
    const cells = found.map((ofSize) => {
      const delays = ofSize.flatMap(({ incidents, raised }) =>
        incidents.filter((one) => one.kind === kind).map((one) => hoursToAlert(one, raised, hoursToComplete)),
      );
      return described(delays);
    });
    return [kind.name as string].concat(cells);
  }),
);

function described(delays: readonly (number | undefined)[]): string {
  const hours = delays.filter((delay) => delay !== undefined);
  const share = Math.round((100 * hours.length) / delays.length);
  return share === 0 ? '0 %' : `${share} %, ${median(hours).toFixed(1)} h`;
}

/** Returns false alarms, and what is found of incidents of one kind, by other rules than those of the defaults. */
function compared(
  title: string,
  name: string,
  kind: 'fall' | 'rise' | 'errors',
  variants: readonly Readonly<Record<string, number>>[],
): void {
  const size = 2_000;
  printTable(
    `${title}, 2,000 requests an hour`,
    [kind, 'false alarms a year', name],
    variants.map((variant) => {
      const own = rulesWith({ [kind]: variant });
      const raised = yearsOf(size).flatMap((year) => judgeYear(year, [], own, true));
      const delays = yearsOf(size).flatMap((year, index) => {
        const incidents = plantIncidents(firstHour, lastHour, seed * 77 + index);
        const alerts = judgeYear(year, incidents, own, true);
        return incidents
          .filter((one) => one.kind.name === name)
          .map((one) => hoursToAlert(one, alerts, hoursToComplete));
      });
      const falseAlarms = raised.filter((alert) => alert.kind === kind).length / years;
      return [
        Object.entries(variant)
          .map(([field, given]) => `${field} ${given}`)
          .join(', '),
        falseAlarms.toFixed(2),
        described(delays),
      ];
    }),
  );
}

const shares = [0.4, 0.5, 0.6].flatMap((share) => [1, 2, 3].map((hours) => ({ share, hours })));
compared('Other rules for falls', 'fall to 40 %, 6 hours', 'fall', shares);
const multiples = [2, 3, 4].flatMap((times) => [1, 2].map((hours) => ({ times, hours })));
compared('Other rules for rises', 'rise to 5 times, 4 hours', 'rise', multiples);

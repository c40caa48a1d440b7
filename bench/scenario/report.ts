import type { ScenarioFigures } from './run.ts';

const maxDifferencesShown = 20;

/** Formats the closing table of a run. */
export function report(figures: ScenarioFigures): string {
  const { requests, statuses, retries, wrongAnswers, seconds, windows } = figures;
  const differences = windows.flatMap(({ windowStart, differences }) =>
    differences.map((difference) => `  ${windowStart}  ${difference}`),
  );
  const rows: [name: string, value: string][] = [
    ...[...statuses].map(([status, count]): [string, string] => [`Answers ${status}`, whole(count)]),
    ['Retries', whole(retries)],
    ['Requests/s', whole(requests / seconds)],
    ['Latency p50', milliseconds(figures.p50Milliseconds)],
    ['Latency p99', milliseconds(figures.p99Milliseconds)],
    ['All readable after', readableAfter(figures.readableAfterMilliseconds)],
    ...windows.map(({ windowStart, foundRequests, expectedRequests }): [string, string] => [
      windowStart,
      `${whole(foundRequests)} of ${whole(expectedRequests)}`,
    ]),
  ];
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(nameWidth)}  ${value}`),
    '',
    ...(wrongAnswers > 0 ? [`  ${whole(wrongAnswers)} requests ended with an unexpected status.`] : []),
    ...differences.slice(0, maxDifferencesShown),
    ...(differences.length > maxDifferencesShown
      ? [`  … and ${differences.length - maxDifferencesShown} more`]
      : []),
    figures.isExact ? 'Exact: every entry was counted once.' : 'NOT exact.',
    '',
  ].join('\n');
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

function milliseconds(number: number): string {
  return `${number.toFixed(1)} ms`;
}

function readableAfter(number: number | undefined): string {
  return number === undefined ? 'never' : `${whole(number)} ms`;
}

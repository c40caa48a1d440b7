import { NotReached, Refused } from '../api/client.ts';
import type { Rejections } from '../api/answers.ts';
import type { Report } from '../api/load-report.ts';
import type { Counting } from '../figures/counting.ts';
import { offsetName } from '../period/zone.ts';
import { apiKey } from '../state/api-key.ts';
import { createCountingAnnouncer } from '../state/counting-announcer.ts';
import type { View } from '../state/url-state.ts';
import { describeCounting, describeMissing } from '../text/counting.ts';
import { periodName, summarise } from '../text/describe.ts';
import { describeRejections } from '../text/rejections.ts';
import { firstRequest } from '../text/first-request.ts';
import { formatRange, formatTime } from '../text/format.ts';
import { requestsChart } from '../charts/requests-chart.ts';
import { createChart } from './chart.ts';
import { offerDownloads } from './download.ts';
import { element, setText } from './elements.ts';
import { showFigures } from './figures.ts';
import { createMessage, type Message } from './message.ts';
import { createRankings } from './rankings.ts';
import { showSeriesTable } from './series-table.ts';
import { darkSystem } from './theme.ts';

export interface ScreenContext {
  readonly zone: string;
  readonly baseUrl: string;
  readonly choose: (chosen: Partial<View>) => void;
  readonly reload: () => void;
}

/** Everything below the controls: the figures, or advice if there are none. */
export interface Screen {
  showAs(shows: View['shows']): void;
  /** The user chose another view, and its figures are loading. */
  expect(): void;
  showReport(report: Report, view: View, now: number): void;
  /** There are no figures yet because the entries are still being counted. */
  showCounting(counting: Counting): void;
  /** The customer has no requests, or no customer has. */
  showNoCustomer(view: View, customers: readonly string[]): void;
  /** The customer has entries that were rejected, and so are in no figure. */
  showRejections(rejections: Rejections | undefined, now: number): void;
  showFailure(error: unknown, retryInMilliseconds: number): void;
}

type State = 'loading' | 'ready' | 'message';

export function createScreen({ zone, baseUrl, choose, reload }: ScreenContext): Screen {
  const main = element('main', HTMLElement);
  const message = createMessage();
  const chart = createChart(element('chart', HTMLDivElement));
  const showRankings = createRankings();
  const newsOf = createCountingAnnouncer();
  let shown: Report | undefined;
  let shownAt = 0;
  /** The user chose a view that is not shown yet; the page reads it out when it is. */
  let isAwaited = false;
  offerDownloads(() => shown);
  darkSystem().addEventListener('change', () => chart.redraw());
  document.addEventListener('themechange', () => chart.redraw());
  setText('zone', `Times are in ${zone.replaceAll('_', ' ')}, ${offsetName(Date.now(), zone)}.`);

  const enter = (state: State) => {
    main.dataset.state = state;
    element('report', HTMLDivElement).hidden = state === 'message';
    element('report', HTMLDivElement).ariaBusy = String(state === 'loading');
    if (state !== 'message') message.hide();
    showTrouble(undefined);
  };
  const enterMessage = (text: Message) => {
    shown = undefined;
    enter('message');
    message.show(text);
    if (isAwaited) setText('announcement', text.title);
    isAwaited = false;
  };
  const enterCounting = (counting: Counting) =>
    enterMessage({
      title: describeMissing(counting),
      text: 'Nothing of this period is counted so far. Accepted entries are stored, and appear here when they are counted.',
    });
  const showTrouble = (text: string | undefined) => {
    const notice = element('notice', HTMLElement);
    notice.hidden = text === undefined;
    setText('notice', text ?? '');
  };
  const command = (customer: string | undefined) =>
    firstRequest({
      origin: baseUrl.replace(/\/$/, ''),
      customer,
      needsKey: apiKey.read() !== undefined,
      now: Date.now(),
    });

  return {
    showAs(shows) {
      element('chart-view', HTMLDivElement).hidden = shows === 'table';
      element('series-view', HTMLDivElement).hidden = shows !== 'table';
    },

    expect() {
      isAwaited = true;
      element('report', HTMLDivElement).ariaBusy = 'true';
      if (shown === undefined && main.dataset.state !== 'message') enter('loading');
    },

    showReport(report, view, now) {
      const { range, unit, customer } = report;
      document.title = `${customer} · Log analytics`;
      setText(
        'range',
        `${formatRange(range.from, range.to, unit, zone)} · ${zone.replaceAll('_', ' ')} (${offsetName(now, zone)})`,
      );
      const { counting } = report;
      const isCounting = report.isPending || ['summing-up', 'behind', 'unknown'].includes(counting.kind);
      const news = newsOf(isCounting, now);
      if (report.total.requests === 0 && !['unsaid', 'counted'].includes(counting.kind)) {
        enterCounting(counting);
        return;
      }
      if (report.total.requests === 0) {
        const isLongest = view.period.kind === 'preset' && view.period.preset === '30d';
        enterMessage({
          title: `No requests in ${periodName(view.period)}`,
          text: `${customer} has no requests from ${formatRange(range.from, range.to, unit, zone)}. Choose a longer period, or send a request: it appears here by itself.`,
          command: command(customer),
          ...(isLongest
            ? {}
            : {
                action: {
                  label: 'Look at the last 30 days',
                  run: () => choose({ period: { kind: 'preset', preset: '30d' }, unit: undefined }),
                },
              }),
        });
        return;
      }
      enter('ready');
      showCountingLine(report, view, isCounting, now);
      const isNew = shown === undefined || contentOf(shown) !== contentOf(report);
      const before = shown;
      shown = report;
      shownAt = now;
      if (isNew) {
        showFigures(report, view.period);
        setText('series-title', `Requests per ${unit}`);
        setText('summary', summarise(report));
        showSeriesTable(report);
        showRankings(report);
      }
      chart.show(requestsChart(report, now));
      element('chart-note', HTMLParagraphElement).hidden = !report.buckets.some(({ isPending }) => isPending);
      // Read out when the user asked for it, and later at most once a minute.
      if (isAwaited || news !== undefined || (isNew && before?.range.to !== range.to)) {
        const said =
          news === 'all-counted'
            ? 'Everything is counted. '
            : isCounting
              ? `${describeCounting(counting, now, zone)}. `
              : '';
        setText('announcement', `${said}${summarise(report)}`);
      }
      isAwaited = false;
    },

    showCounting(counting) {
      setText('range', '');
      enterCounting(counting);
    },

    showNoCustomer(view, customers) {
      setText('range', '');
      const [first] = customers;
      enterMessage(
        first === undefined
          ? {
              title: 'No requests yet',
              text: 'Nobody has sent a request. Send the first one from a terminal: it appears here by itself.',
              command: command(view.customer),
            }
          : {
              title: `No requests of ${view.customer ?? ''} yet`,
              text: 'This customer does not exist yet. Send the first request, or choose another customer.',
              command: command(view.customer),
              action: { label: `Show ${first}`, run: () => choose({ customer: first }) },
            },
      );
    },

    showRejections(rejections, now) {
      element('rejections', HTMLParagraphElement).hidden = rejections === undefined;
      setText('rejections', rejections === undefined ? '' : describeRejections(rejections, now, zone));
    },

    showFailure(error, retryInMilliseconds) {
      const { title, text } = describeFailure(error);
      const again = `The page tries again in ${Math.round(retryInMilliseconds / 1_000)} seconds.`;
      if (shown !== undefined && !isAwaited) {
        showTrouble(`${title}. The figures are from ${formatTime(shownAt, zone)}. ${again}`);
        return;
      }
      enterMessage({ title, text: `${text} ${again}`, action: { label: 'Try now', run: reload } });
    },
  };
}

/** Describes a failure and what to do about it. */
function describeFailure(error: unknown): { readonly title: string; readonly text: string } {
  if (error instanceof NotReached) {
    return {
      title: 'The pipeline does not answer',
      text: 'Is it running? On your own machine, start it with “npm start”; elsewhere, check your connection.',
    };
  }
  if (error instanceof Refused && error.status >= 500) {
    return { title: 'The pipeline cannot answer now', text: 'It says: ' + error.message };
  }
  if (error instanceof Refused) {
    return {
      title: 'The pipeline refused this',
      text: `The pipeline says: “${error.message}” Choose another period.`,
    };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { title: 'The page could not show the answer', text: `${reason} Reload the page.` };
}

/** Shows what the figures do not include yet. Screen readers do not read it out, because it changes at every look. */
function showCountingLine(
  { counting, range, zone }: Report,
  { period }: View,
  isCounting: boolean,
  now: number,
): void {
  const text = describeCounting(counting, now, zone);
  const isRunning = counting.kind === 'counted' && period.kind === 'custom' && range.to > now;
  const line = element('counting', HTMLParagraphElement);
  line.hidden = text === '';
  line.toggleAttribute('data-counting', isCounting);
  setText('counting', isRunning ? `${text} · this period is not over yet` : text);
}

/** Identifies what the figures, tables and chart show; reports with equal content look the same. */
function contentOf({ customer, unit, range, total, previous, buckets, isPending }: Report): string {
  const countsOf = ({ progress: _progress, rejections: _rejections, ...counts }: Report['total']) => counts;
  return JSON.stringify([
    customer,
    unit,
    range,
    countsOf(total),
    countsOf(previous),
    buckets.map(({ requests, isPending }) => [requests, isPending]),
    isPending,
  ]);
}

import type { Rejections } from '../api/answers.ts';
import type { Client } from '../api/client.ts';
import type { Report } from '../api/load-report.ts';
import { chooseAgents } from '../figures/choose-agents.ts';
import { listedContentOf } from '../figures/content-of.ts';
import type { Counting } from '../figures/counting.ts';
import { isPreset } from '../period/period-of-data.ts';
import { offsetNames, startOfDay } from '../period/zone.ts';
import type { Range } from '../period/period.ts';
import { apiKey } from '../state/api-key.ts';
import { createCountingAnnouncer } from '../state/counting-announcer.ts';
import { changeList, type ListState } from '../state/list-state.ts';
import type { SharedLink } from '../state/share-link.ts';
import type { CustomerDays } from '../figures/customers.ts';
import { daysName } from '../text/customer-days.ts';
import { shownPeriod, type View } from '../state/url-state.ts';
import { describeCounting, describeMissing } from '../text/counting.ts';
import { namedPeriod, periodName } from '../text/describe.ts';
import { describeFailure } from '../text/failures.ts';
import { describeRejections } from '../text/rejections.ts';
import { describeEnd } from '../text/share-link.ts';
import { firstRequest } from '../text/first-request.ts';
import { formatDays, formatRange, formatTime } from '../text/format.ts';
import { seriesTable } from '../text/download-tables.ts';
import { downloadTable } from './download.ts';
import { createDetailDialog } from './detail/detail-dialog.ts';
import { element, setText } from './elements.ts';
import { createMessage, type Message } from './message.ts';
import { createLists } from './lists/lists.ts';
import { keepPrintTime } from './print-head.ts';
import { createReportView } from './report-view.ts';

export interface ScreenContext {
  readonly client: Client;
  readonly zone: string;
  readonly baseUrl: string;
  readonly choose: (chosen: Partial<View>, isTyping?: boolean) => void;
  readonly reload: () => void;
  /** The page reads by a share link, so its user cannot send. */
  readonly isShared: boolean;
}

/** Everything below the controls: the figures, or advice if there are none. */
export interface Screen {
  /** The user chose another look at the same figures. */
  showView(view: View): void;
  /** The user chose another view, and its figures are loading. */
  expect(): void;
  /** Reports whether the user chose a view that is not shown yet. */
  isAwaited(): boolean;
  /** @param extent  the first and the last minute of the customer, if the report has no requests */
  showReport(report: Report, view: View, now: number, extent?: Range): void;
  /** There are no figures yet because the entries are still being counted. */
  showCounting(counting: Counting): void;
  /** The customer has no requests, or no customer has. */
  showNoCustomer(view: View, customers: readonly string[]): void;
  /** The list of all customers takes the place of a report. */
  showCustomers(days: CustomerDays): void;
  /** The customer has entries that were rejected, and so are in no figure. */
  showRejections(rejections: Rejections | undefined, now: number): void;
  showFailure(error: unknown, retryInMilliseconds: number): void;
  /** The link by which the page read shows nothing any more. */
  showLinkEnded(link: SharedLink, now: number): void;
}

type State = 'loading' | 'ready' | 'message' | 'customers';

export function createScreen({ client, zone, baseUrl, choose, reload, isShared }: ScreenContext): Screen {
  const main = element('main', HTMLElement);
  const message = createMessage();
  const reportView = createReportView((zoom) => choose({ zoom, unit: undefined }));
  const changeListOf = (name: string, change: Partial<ListState>, isTyping: boolean) => {
    if (view !== undefined) choose({ lists: changeList(view.lists, name, change) }, isTyping);
  };
  const lists = createLists({
    client,
    onChange: changeListOf,
    onDetail: (detail) => choose({ detail }),
  });
  const details = createDetailDialog({
    client,
    choose: (detail) => choose({ detail }),
    onListChange: changeListOf,
  });
  const newsOf = createCountingAnnouncer();
  let view: View | undefined;
  let shown: Report | undefined;
  let shownAt = 0;
  /** The user chose a view that is not shown yet; the page reads it out when it is. */
  let isAwaited = false;
  /** The user wants the table of the series, which the comparison is a part of. */
  let isTableAwaited = false;
  const downloadSeries = () => {
    if (shown === undefined || view === undefined) return;
    isTableAwaited = shown.comparison === undefined;
    if (isTableAwaited) return;
    downloadTable(shown, 'series', seriesTable(chooseAgents(shown, view.agents), view.agents, Date.now()));
  };
  element('series-csv', HTMLButtonElement).addEventListener('click', downloadSeries);
  keepPrintTime(zone);
  const zoneName = zone.replaceAll('_', ' ');
  setText('zone', `Times are in ${zoneName}.`);

  const enter = (state: State) => {
    main.dataset.state = state;
    element('report', HTMLDivElement).hidden = state === 'message' || state === 'customers';
    element('customers-view', HTMLDivElement).hidden = state !== 'customers';
    setText('title', state === 'customers' ? 'Customers' : 'Traffic');
    element('report', HTMLDivElement).ariaBusy = String(state === 'loading');
    if (state !== 'message') message.hide();
    showTrouble(undefined);
  };
  const enterMessage = (text: Message) => {
    shown = undefined;
    details.close();
    enter('message');
    message.show(text);
    if (isAwaited) setText('announcement', text.title);
    isAwaited = false;
  };
  const enterCustomers = () => {
    shown = undefined;
    details.close();
    document.title = 'Customers · Log analytics';
    enter('customers');
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
    showView(newView) {
      view = newView;
      element('chart-view', HTMLDivElement).hidden = view.shows === 'table';
      element('series-view', HTMLDivElement).hidden = view.shows !== 'table';
      if (shown !== undefined) {
        reportView.show(shown, view, shownAt);
        lists.show(shown, view, false);
      }
      details.show(shown, view);
    },

    isAwaited: () => isAwaited,

    expect() {
      isAwaited = true;
      isTableAwaited = false;
      element('report', HTMLDivElement).ariaBusy = 'true';
      if (view?.page === 'customers') enterCustomers();
      else if (shown === undefined && main.dataset.state !== 'message') enter('loading');
    },

    showReport(report, newView, now, extent) {
      view = newView;
      const { range, customer } = report;
      const offsets = offsetNames(range.from, range.to, zone);
      const isLatest = isPreset(shownPeriod(view), 'latest') && report.period.kind === 'custom';
      document.title = `${customer} · Log analytics`;
      setText('zone', `Times are in ${zoneName}, ${offsets}.`);
      setText(
        'range',
        `${isLatest ? 'Latest data: ' : ''}${formatRange(range.from, range.to, zone)} · ${zoneName} (${offsets})`,
      );
      const { counting } = report;
      const named = namedPeriod(report, view);
      const isCounting = report.isPending || ['summing-up', 'behind', 'unknown'].includes(counting.kind);
      // What the time to compare with lacks is not known before it is there.
      const isPart = report.comparison === undefined;
      const news = isPart ? undefined : newsOf(isCounting, now);
      if (report.total.requests === 0 && !['unsaid', 'counted'].includes(counting.kind)) {
        enterCounting(counting);
        return;
      }
      if (report.total.requests === 0) {
        const showsAll = extent && {
          label: `Show all data, ${formatDays(...daysOf(extent, zone), zone)}`,
          run: () => choose({ period: { kind: 'preset', preset: 'all' }, unit: undefined }),
        };
        const zoomsOut = { label: 'Zoom out', run: () => choose({ zoom: undefined, unit: undefined }) };
        const action = view.zoom === undefined ? showsAll : zoomsOut;
        enterMessage({
          title: `No requests in ${periodName(named)}`,
          text: `${customer} has no requests for ${formatRange(range.from, range.to, zone)}. Choose another period${isShared ? '.' : ', or send a request: it appears here by itself.'}`,
          ...(isShared ? {} : { command: command(customer) }),
          ...(action && { action }),
        });
        return;
      }
      enter('ready');
      showCountingLine(report, view, isCounting, now);
      element('report', HTMLDivElement).ariaBusy = String(isPart);
      const isNew = shown === undefined || listedContentOf(shown) !== listedContentOf(report);
      const before = shown;
      shown = report;
      shownAt = now;
      reportView.show(report, view, now);
      if (isNew) details.forget();
      lists.show(report, view, isNew);
      details.show(report, view);
      // Read out when the user asked for it, and later at most once a minute.
      if (isAwaited || news !== undefined || (isNew && before?.range.to !== range.to)) {
        const said =
          news === 'all-counted'
            ? 'Everything is counted. '
            : isCounting
              ? `${describeCounting(counting, now, zone)}. `
              : '';
        setText('announcement', `${said}${reportView.summaryOf(report, view)}`);
      }
      isAwaited = false;
      if (isTableAwaited) downloadSeries();
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

    showCustomers({ shown: days }) {
      enterCustomers();
      setText('range', `${daysName(days)} · UTC`);
      if (isAwaited) setText('announcement', 'All customers.');
      isAwaited = false;
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

    showLinkEnded(link, now) {
      setText('range', '');
      isAwaited = true; // the figures are gone, so the page reads out why
      enterMessage(describeEnd(link, now, zone));
    },
  };
}

/** Returns the start and the end of the days of an extent. */
function daysOf({ from, to }: Range, zone: string): [from: number, to: number] {
  return [startOfDay(from, zone), startOfDay(to, zone, 1)];
}

/** Shows what the figures do not include yet. Screen readers do not read it out, because it changes at every look. */
function showCountingLine(
  { counting, range, zone }: Report,
  view: View,
  isCounting: boolean,
  now: number,
): void {
  const text = describeCounting(counting, now, zone);
  const isRunning = counting.kind === 'counted' && shownPeriod(view).kind === 'custom' && range.to > now;
  const line = element('counting', HTMLParagraphElement);
  line.hidden = text === '';
  line.toggleAttribute('data-counting', isCounting);
  setText('counting', isRunning ? `${text} · this period is not over yet` : text);
}

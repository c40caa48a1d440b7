import { createClient, KeyRequired } from './api/client.ts';
import { createCustomerNames } from './api/customer-names.ts';
import { loadExtent } from './api/load-extent.ts';
import { loadReport, type Report } from './api/load-report.ts';
import { apiKey } from './state/api-key.ts';
import { changeList } from './state/list-state.ts';
import { createLive } from './state/live.ts';
import { hasSharedLink, leaveSharedLink, takeSharedLink } from './state/share-link.ts';
import { needsFigures, readView, shownPeriod, viewAfter, writeView, type View } from './state/url-state.ts';
import { createControls } from './view/controls.ts';
import { createOverview } from './view/customers/overview.ts';
import { createKeyDialog } from './view/key-dialog.ts';
import { createLiveButton } from './view/live-button.ts';
import { createScreen } from './view/screen.ts';
import { createShareDialog } from './view/share-dialog.ts';
import { showSharedBanner } from './view/shared-banner.ts';

/**
 * The dashboard: connects the address, which holds the user's choices, with the pipeline's answers and the screen.
 */

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const baseUrl = new URL('.', document.baseURI).href;
const shared = takeSharedLink({ location, history, storage: sessionStorage });
const credential = () => shared?.token ?? apiKey.read();
const client = createClient({ baseUrl, apiKey: credential, fetch: (input, init) => fetch(input, init) });
let view: View = viewInAddress();

/** Time for the names of all customers. */
const searchMilliseconds = 30_000;

/** @param isTyping  the choice goes on from the previous one, so that the back button need not return to each letter */
const choose = (chosen: Partial<View>, isTyping = false): void => {
  view = viewAfter(view, chosen);
  if (isTyping) history.replaceState(null, '', writeView(view));
  else history.pushState(null, '', writeView(view));
  controls.show(view);
  screen.showView(view);
  if (view.page === 'customers') overview.show(view.lists);
  if (needsFigures(chosen)) loadView();
  else if ('paths' in chosen) live.load(); // for what is known of the kinds of paths
};

/** Loads the list of all customers, and shows each part of it as soon as it is there. */
async function loadOverview(now: number, signal: AbortSignal): Promise<void> {
  const days = await overview.load(view, now, signal);
  signal.throwIfAborted();
  screen.showCustomers(days);
  screen.showRejections(undefined, now);
  liveButton.showTrouble(false);
  controls.offer(names.known(), undefined);
}

/** Loads the data of the view and replaces what the screen shows. */
function loadView(): void {
  screen.expect();
  live.load();
}

const keyDialog = createKeyDialog((key) => {
  apiKey.keep(key);
  loadView();
});

const names = createCustomerNames(client, Date.now);
const openCustomer = (customer: string) => {
  choose({ page: 'traffic', customer });
  document.getElementById('main')?.focus(); // the link is gone
};
const overview = createOverview({
  client,
  zone,
  hrefOf: (customer) => writeView(viewAfter(view, { page: 'traffic', customer })),
  onOpen: openCustomer,
  onChange: (change, isTyping) => choose({ lists: changeList(view.lists, 'customers', change) }, isTyping),
});

const screen = createScreen({
  client,
  zone,
  baseUrl,
  choose,
  reload: () => live.load(),
  isShared: shared !== undefined,
});

const live = createLive({
  async load(signal) {
    const period = shownPeriod(view);
    const { unit, paths } = view;
    const now = Date.now();
    if (view.page === 'customers') {
      shareDialog.offer(undefined);
      await loadOverview(now, signal);
      return false;
    }
    const customer = view.customer ?? (await names.first(signal));
    signal.throwIfAborted();
    liveButton.showTrouble(false);
    shareDialog.offer(customer);
    controls.offer(customer === undefined ? [] : names.known(), customer);
    if (customer === undefined) {
      screen.showNoCustomer(view, []);
      return false;
    }
    const showPart = (part: Report) => {
      if (part.total.requests === 0 || part.total.customer !== customer) return;
      controls.showKnown(part.period, part.unit);
      screen.showReport(part, view, now);
      screen.showRejections(part.total.rejections, now);
    };
    const query = { customer, period, unit, now, zone, paths, hasAlerts: shared === undefined };
    // Figures that are renewed stay as they are until all of the new ones are there.
    const report = await loadReport(query, client, signal, screen.isAwaited() ? showPart : undefined);
    signal.throwIfAborted();
    controls.showKnown(report.period, report.unit);
    const isEmpty = report.total.requests === 0;
    const isOfAnother = report.total.customer !== customer;
    const extent = isEmpty && !isOfAnother ? await loadExtent(customer, client, signal) : undefined;
    signal.throwIfAborted();
    const isCounted = ['unsaid', 'counted'].includes(report.counting.kind);
    if (isOfAnother || (isEmpty && extent === undefined && isCounted)) {
      const customers = await names.read(customer, signal);
      signal.throwIfAborted();
      controls.offer(customers, customer);
      screen.showRejections(isOfAnother ? undefined : report.total.rejections, now);
      screen.showNoCustomer(view, customers);
      return false;
    }
    screen.showReport(report, view, now, extent);
    screen.showRejections(report.total.rejections, now);
    return report.isPending || (isEmpty && !isCounted);
  },
  onFailure(error, retryInMilliseconds) {
    if (error instanceof KeyRequired && shared !== undefined) {
      screen.showLinkEnded(shared, Date.now());
      return false;
    }
    if (error instanceof KeyRequired) {
      keyDialog.ask(apiKey.read() === undefined ? '' : error.message);
      apiKey.forget();
      return false;
    }
    liveButton.showTrouble(true);
    screen.showFailure(error, retryInMilliseconds);
    return true;
  },
  now: () => performance.now(),
  setTimer: (callback, milliseconds) => window.setTimeout(callback, milliseconds),
  clearTimer: (timer) => window.clearTimeout(timer),
});

const controls = createControls({
  zone,
  choose,
  onSearchCustomer: readNames,
  onForgetKey: forgetKey,
});
const liveButton = createLiveButton(setRunning);
const shareDialog = createShareDialog({
  zone,
  baseUrl,
  apiKey: apiKey.read,
  search: () => writeView({ ...view, page: 'traffic', customer: undefined }),
});
if (shared !== undefined) showSharedBanner(shared, zone, leaveLink);
let wantsLive = true;

/** Reads the names of all customers for a user who looks for one. */
function readNames(): Promise<readonly string[]> {
  names.forget();
  return names.read(undefined, AbortSignal.timeout(searchMilliseconds));
}

function setRunning(isLive: boolean): void {
  wantsLive = isLive;
  live.setRunning(wantsLive && !document.hidden);
}

function forgetKey(): void {
  apiKey.forget();
  location.reload(); // and with it the figures on the screen
}

function leaveLink(): void {
  leaveSharedLink(sessionStorage);
  location.reload(); // and with it the figures on the screen
}

/** Reads the view in the address; a link shows the traffic of its own customer. */
function viewInAddress(): View {
  const inAddress = readView(location.search);
  return shared === undefined ? inAddress : { ...inAddress, page: 'traffic', customer: undefined };
}

// A link that is opened in a tab which shows the page already.
addEventListener('hashchange', () => {
  if (hasSharedLink(location.hash)) location.reload();
});
document.addEventListener('visibilitychange', () => setRunning(wantsLive));
addEventListener('popstate', () => {
  const left = view;
  view = viewInAddress();
  const isBack = left.page === 'traffic' && view.page === 'customers';
  overview.focusOn(isBack ? left.customer : undefined);
  showView();
});

function showView(): void {
  controls.show(view);
  screen.showView(view);
  loadView();
}

showView();

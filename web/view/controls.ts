import { rangeOf, unitsOf, presets, units, type KnownPeriod, type Unit } from '../period/period.ts';
import { isPeriodOfData, periodOfData } from '../period/period-of-data.ts';
import { apiKey } from '../state/api-key.ts';
import { agentGroups } from '../figures/agent-groups.ts';
import { pathKinds } from '../figures/path-kinds.ts';
import { shownPeriod, writeView, type View } from '../state/url-state.ts';
import { createCustomPeriodForm } from './custom-period.ts';
import { createCustomerBox } from './customers/combobox.ts';
import { choice, element, setText } from './elements.ts';
import { darkSystem, isDark, showTheme, storeTheme } from './theme.ts';

export interface ControlsContext {
  readonly zone: string;
  readonly choose: (chosen: Partial<View>) => void;
  /** The user looks for a customer, so all names are needed. */
  readonly onSearchCustomer: () => Promise<readonly string[]>;
  readonly onForgetKey: () => void;
}

/** The controls with which the user chooses a view. */
export interface Controls {
  show(view: View): void;
  /**
   * @param customers  `undefined`: they are not known yet
   * @param chosen     `undefined`: none is shown
   */
  offer(customers: readonly string[] | undefined, chosen: string | undefined): void;
  /** Shows a period that is known, now that its data is loaded, and the unit that is shown. */
  showKnown(period: KnownPeriod, unit: Unit): void;
}

export function createControls({ zone, choose, onSearchCustomer, onForgetKey }: ControlsContext): Controls {
  let view: View | undefined;
  let names: readonly string[] | undefined;
  const customer = createCustomerBox({
    onChoose: (name) => choose({ page: 'traffic', customer: name }),
    onOpen: async () => (names = await onSearchCustomer()),
  });
  const overview = element('all-customers', HTMLAnchorElement);
  overview.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (view?.page !== 'customers') choose({ page: 'customers' });
  });
  let known: KnownPeriod = { kind: 'preset', preset: '24h' };
  const customForm = createCustomPeriodForm(zone, (period) => choose({ period }));

  const period = choice('period', (value) => {
    const preset = presets.find((preset) => preset === value);
    if (preset !== undefined) return choose({ period: { kind: 'preset', preset } });
    customForm.show(rangeOf(known, unitsOf(known)[0], Date.now(), zone));
  });
  const unit = choice('unit', (value) => choose({ unit: units.find((unit) => unit === value) }));
  const shows = choice('shows', (value) => choose({ shows: value === 'table' ? 'table' : 'chart' }));
  const agents = choice('agent-kinds', (value) =>
    choose({ agents: agentGroups.find((group) => group === value) ?? 'all' }),
  );
  const paths = choice('path-kinds', (value) =>
    choose({ paths: pathKinds.find((kind) => kind === value) ?? 'all' }),
  );
  element('zoom-out', HTMLButtonElement).addEventListener('click', () =>
    choose({ zoom: undefined, unit: undefined }),
  );

  offerTheme();
  element('forget-key', HTMLButtonElement).addEventListener('click', onForgetKey);

  return {
    show(newView) {
      view = newView;
      period.show(view.period.kind === 'preset' ? view.period.preset : 'custom');
      shows.show(view.shows);
      agents.show(view.agents);
      paths.show(view.paths);
      element('zoom-out', HTMLButtonElement).hidden = view.zoom === undefined;
      const part = shownPeriod(view);
      if (!isPeriodOfData(part)) {
        known = periodOfData(part, undefined, Date.now(), zone);
        showUnit(view.unit);
      }
      if (view.period.kind === 'custom') customForm.show(view.period);
      else customForm.hide();
      const isOverview = view.page === 'customers';
      element('unit', HTMLFieldSetElement).hidden = isOverview;
      element('filters', HTMLDivElement).hidden = isOverview;
      if (isOverview) overview.setAttribute('aria-current', 'page');
      else overview.removeAttribute('aria-current');
      overview.href = writeView({ ...view, page: 'customers' });
      if (isOverview || view.customer !== undefined)
        customer.show(names, isOverview ? undefined : view.customer);
    },
    offer(customers, chosen) {
      names = customers;
      const isOverview = view?.page === 'customers';
      customer.show(customers, isOverview ? undefined : chosen);
      element('forget-key', HTMLButtonElement).hidden = apiKey.read() === undefined;
    },
    showKnown(shown, shownUnit) {
      known = shown;
      // What is shown without a choice can be one of the periods to choose.
      if (known.kind === 'preset') period.show(known.preset);
      showUnit(shownUnit);
    },
  };

  function showUnit(chosen: Unit | undefined): void {
    const suitable = unitsOf(known);
    unit.show(suitable.find((unit) => unit === chosen) ?? suitable[0], suitable);
  }
}

function offerTheme(): void {
  const label = () => setText('theme-text', isDark() ? 'Light colours' : 'Dark colours');
  label();
  darkSystem().addEventListener('change', label);
  element('theme', HTMLButtonElement).addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark';
    storeTheme(theme === (darkSystem().matches ? 'dark' : 'light') ? undefined : theme);
    showTheme(theme);
    label();
    document.dispatchEvent(new Event('themechange'));
  });
}

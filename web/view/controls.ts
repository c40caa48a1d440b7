import { rangeOf, unitsOf, presets, units, type Period, type Unit } from '../period/period.ts';
import { apiKey } from '../state/api-key.ts';
import { writeView, type View } from '../state/url-state.ts';
import { createCustomPeriodForm } from './custom-period.ts';
import { createCustomerBox } from './customers/combobox.ts';
import { choice, element, setText } from './elements.ts';
import { darkSystem, isDark, showTheme, storeTheme } from './theme.ts';

export interface ControlsContext {
  readonly zone: string;
  readonly choose: (chosen: Partial<View>) => void;
  /** The user looks for a customer, so all names should be known. */
  readonly onSearchCustomer: () => void;
  readonly onForgetKey: () => void;
}

/** The controls with which the user chooses a view. */
export interface Controls {
  show(view: View): void;
  /** @param chosen  `undefined`: the first one */
  offer(customers: readonly string[], chosen: string | undefined): void;
  showUnit(unit: Unit): void;
}

export function createControls({ zone, choose, onSearchCustomer, onForgetKey }: ControlsContext): Controls {
  let view: View | undefined;
  let names: readonly string[] = [];
  const customer = createCustomerBox({
    onChoose: (name) => choose({ page: 'traffic', customer: name }),
    onOpen: onSearchCustomer,
  });
  const overview = element('all-customers', HTMLAnchorElement);
  overview.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (view?.page !== 'customers') choose({ page: 'customers' });
  });
  const customForm = createCustomPeriodForm(zone, (period) => choose({ period }));

  const period = choice('period', (value) => {
    const preset = presets.find((preset) => preset === value);
    if (preset !== undefined) return choose({ period: { kind: 'preset', preset } });
    const shown = view?.period ?? { kind: 'preset', preset: '24h' };
    customForm.show(rangeOf(shown, unitsOf(shown)[0], Date.now(), zone));
  });
  const unit = choice('unit', (value) => choose({ unit: units.find((unit) => unit === value) }));
  const shows = choice('shows', (value) => choose({ shows: value === 'table' ? 'table' : 'chart' }));

  offerTheme();
  element('forget-key', HTMLButtonElement).addEventListener('click', onForgetKey);

  return {
    show(newView) {
      view = newView;
      const { kind } = view.period;
      period.show(view.period.kind === 'preset' ? view.period.preset : kind);
      shows.show(view.shows);
      showUnit(view.period, view.unit);
      if (view.period.kind === 'custom') customForm.show(view.period);
      else customForm.hide();
      const isOverview = view.page === 'customers';
      element('unit', HTMLFieldSetElement).hidden = isOverview;
      if (isOverview) overview.setAttribute('aria-current', 'page');
      else overview.removeAttribute('aria-current');
      overview.href = writeView({ ...view, page: 'customers' });
      if (isOverview || view.customer !== undefined)
        customer.show(names, isOverview ? undefined : view.customer);
    },
    offer(customers, chosen) {
      names = customers;
      const isOverview = view?.page === 'customers';
      customer.show(customers, isOverview ? undefined : (chosen ?? customers[0]));
      element('forget-key', HTMLButtonElement).hidden = apiKey.read() === undefined;
    },
    showUnit: (unit) => view && showUnit(view.period, unit),
  };

  function showUnit(shownPeriod: Period, chosen: Unit | undefined): void {
    const suitable = unitsOf(shownPeriod);
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

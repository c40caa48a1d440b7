import { rangeOf, unitsOf, presets, units, type KnownPeriod, type Unit } from '../period/period.ts';
import { isPeriodOfData, periodOfData } from '../period/period-of-data.ts';
import { apiKey } from '../state/api-key.ts';
import { agentGroups } from '../figures/agent-groups.ts';
import { pathKinds } from '../figures/path-kinds.ts';
import { shownPeriod, type View } from '../state/url-state.ts';
import { createCustomPeriodForm } from './custom-period.ts';
import { choice, create, element, setText } from './elements.ts';
import { darkSystem, isDark, showTheme, storeTheme } from './theme.ts';

export interface ControlsContext {
  readonly zone: string;
  readonly choose: (chosen: Partial<View>) => void;
  readonly onForgetKey: () => void;
}

/** The controls with which the user chooses a view. */
export interface Controls {
  show(view: View): void;
  /** @param chosen  `undefined`: the first one */
  offer(customers: readonly string[], chosen: string | undefined): void;
  /** Shows a period that is known, now that its data is loaded, and the unit that is shown. */
  showKnown(period: KnownPeriod, unit: Unit): void;
}

export function createControls({ zone, choose, onForgetKey }: ControlsContext): Controls {
  let view: View | undefined;
  let known: KnownPeriod = { kind: 'preset', preset: '24h' };
  const customer = element('customer', HTMLSelectElement);
  const customForm = createCustomPeriodForm(zone, (period) => choose({ period }));
  customer.addEventListener('change', () => choose({ customer: customer.value }));

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
      if (view.customer !== undefined && customer.value !== view.customer) customer.value = view.customer;
    },
    offer(customers, chosen) {
      const selected = chosen ?? customers[0];
      const shown =
        selected === undefined || customers.includes(selected) ? customers : [selected, ...customers];
      const isSame =
        shown.length > 0 &&
        shown.length === customer.options.length &&
        shown.every((name, index) => customer.options[index]?.value === name);
      if (!isSame)
        customer.replaceChildren(
          ...(shown.length > 0 ? shown.map(optionOf) : [create('option', '', 'none yet')]),
        );
      customer.disabled = shown.length === 0;
      if (selected !== undefined && customer.value !== selected) customer.value = selected;
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

function optionOf(customer: string): HTMLOptionElement {
  const option = create('option', '', customer);
  option.value = customer;
  return option;
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

import { matchingCustomers, type FoundCustomers } from '../../figures/find-customers.ts';
import { formatCount } from '../../text/format.ts';
import { create, element, setText } from '../elements.ts';

/** The box in which the user finds a customer, as the combobox pattern of ARIA describes it. */
export interface CustomerBox {
  /**
   * @param customers  `undefined`: they are not known yet
   * @param chosen     `undefined`: no customer is shown
   */
  show(customers: readonly string[] | undefined, chosen: string | undefined): void;
}

export interface CustomerBoxContext {
  readonly onChoose: (customer: string) => void;
  /** The user opens the list: reads the names as they are now. */
  readonly onOpen: () => Promise<readonly string[]>;
}

const unavailable = 'The customers cannot be read now.';

export function createCustomerBox({ onChoose, onOpen }: CustomerBoxContext): CustomerBox {
  const input = element('customer', HTMLInputElement);
  const popup = element('customer-popup', HTMLDivElement);
  const listbox = element('customer-list', HTMLUListElement);
  let customers: readonly string[] | undefined;
  let chosen: string | undefined;
  let found: FoundCustomers = { customers: [], more: 0 };
  let active: number | undefined;

  const isOpen = () => !popup.hidden;
  const open = () => {
    if (!isOpen()) void load();
    popup.hidden = false;
    input.ariaExpanded = 'true';
  };
  const close = () => {
    popup.hidden = true;
    input.ariaExpanded = 'false';
    activate(undefined);
    setText('customer-found', '');
  };
  const restore = () => {
    input.value = chosen ?? '';
  };

  const load = async () => {
    try {
      await onOpen().then((names) => showNames(names, chosen));
    } catch {
      // The report says more where the pipeline cannot be reached; here, the list must not wait for ever.
      if (customers !== undefined) return;
      setText('customer-found', unavailable);
      setText('customer-more', unavailable);
    }
  };

  /** Lists the customers that match the text; without a text of the user, all of them. */
  const list = (text: string) => {
    found = matchingCustomers(customers ?? [], text);
    listbox.replaceChildren(
      ...found.customers.map((customer, place) => {
        const option = create('li', '', customer);
        option.id = `customer-${place}`;
        option.role = 'option';
        option.ariaSelected = 'false';
        if (customer === chosen) option.append(create('span', 'visually-hidden', ', shown now'));
        option.addEventListener('mousedown', (event) => event.preventDefault()); // keeps the focus in the box
        option.addEventListener('click', () => choose(customer));
        return option;
      }),
    );
    const { length } = found.customers;
    const none = customers === undefined ? 'Loading the customers…' : 'No customer matches.';
    setText('customer-found', length === 0 ? none : `${formatCount(length + found.more)} found.`);
    setText(
      'customer-more',
      length === 0
        ? none
        : found.more > 0
          ? `… and ${formatCount(found.more)} more. Type a part of the name.`
          : '',
    );
    activate(undefined);
  };

  const activate = (place: number | undefined) => {
    const options = [...listbox.children];
    if (active !== undefined) options[active]?.setAttribute('aria-selected', 'false');
    active = place;
    const option = place === undefined ? undefined : options[place];
    option?.setAttribute('aria-selected', 'true');
    option?.scrollIntoView({ block: 'nearest' });
    if (option === undefined) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', option.id);
  };

  const choose = (customer: string) => {
    chosen = customer;
    restore();
    close();
    onChoose(customer);
  };

  const step = (by: 1 | -1) => {
    const { length } = found.customers;
    if (length === 0) return;
    const before = active ?? (by === 1 ? -1 : length);
    activate((before + by + length) % length);
  };

  input.addEventListener('focus', () => input.select());
  input.addEventListener('click', () => {
    if (isOpen()) return;
    list('');
    open();
  });
  input.addEventListener('input', () => {
    list(input.value);
    open();
  });
  input.addEventListener('blur', () => {
    close();
    restore();
  });
  input.addEventListener('keydown', (event) => {
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        event.preventDefault();
        if (!isOpen()) {
          list('');
          open();
        }
        step(event.key === 'ArrowDown' ? 1 : -1);
        return;
      case 'Enter': {
        if (!isOpen()) return;
        event.preventDefault();
        const customer = found.customers[active ?? 0];
        if (customer !== undefined) choose(customer);
        return;
      }
      case 'Escape':
        if (!isOpen() && input.value === (chosen ?? '')) return;
        event.preventDefault();
        close();
        restore();
        input.select();
        return;
      default:
    }
  });

  const showNames = (newCustomers: readonly string[] | undefined, newChosen: string | undefined) => {
    const isNew = newCustomers?.length !== customers?.length || newChosen !== chosen;
    customers = newCustomers;
    chosen = newChosen;
    input.disabled = customers?.length === 0 && chosen === undefined;
    input.placeholder =
      customers === undefined
        ? 'Find a customer'
        : customers.length === 0
          ? 'None yet'
          : `Find in ${formatCount(customers.length)}`;
    // The user may be typing.
    if (!isOpen()) restore();
    else if (isNew && active === undefined) list(input.value === chosen ? '' : input.value);
  };

  return { show: showNames };
}

import { makeLink } from '../api/make-link.ts';
import { addressOfLink } from '../state/share-link.ts';
import { formatInstant } from '../text/format.ts';
import { element, setText } from './elements.ts';

export interface ShareContext {
  readonly zone: string;
  readonly baseUrl: string;
  readonly apiKey: () => string | undefined;
  /** The view that the reader of the link sees first, as the query of an address, without the customer. */
  readonly search: () => string;
}

/** The button and the dialog with which the user makes a link to what the page shows. */
export interface ShareDialog {
  /** @param customer  whose counts a link would show; `undefined` if there is nobody's */
  offer(customer: string | undefined): void;
}

const daySeconds = 86_400;

export function createShareDialog({ zone, baseUrl, apiKey, search }: ShareContext): ShareDialog {
  const button = element('share', HTMLButtonElement);
  const dialog = element('share-dialog', HTMLDialogElement);
  const form = element('share-form', HTMLFormElement);
  const make = element('share-make', HTMLButtonElement);
  const made = element('share-made', HTMLDivElement);
  const link = element('share-link', HTMLInputElement);
  const copy = element('share-copy', HTMLButtonElement);
  let offered: string | undefined;
  /** The customer that the open dialog names. */
  let customer = '';

  const showNothingMade = () => {
    made.hidden = true;
    link.value = '';
    setText('share-problem', '');
    setText('share-news', '');
  };
  const show = async (seconds: number): Promise<void> => {
    showNothingMade();
    make.disabled = true;
    try {
      const { token, until } = await makeLink({ baseUrl, apiKey: apiKey(), customer, seconds });
      link.value = addressOfLink(baseUrl, search(), token);
      setText('share-until', `It works until ${formatInstant(until, zone)}.`);
      made.hidden = false;
      link.select();
      copy.focus();
      setText('share-news', 'The link is made.');
    } catch (error) {
      setText('share-problem', error instanceof Error ? error.message : String(error));
    } finally {
      make.disabled = false;
    }
  };

  button.addEventListener('click', () => {
    showNothingMade();
    customer = offered ?? '';
    setText('share-customer', customer);
    dialog.showModal();
  });
  // A link that lives for another time is another link.
  form.addEventListener('change', showNothingMade);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void show(Number(new FormData(form).get('days')) * daySeconds);
  });
  copy.addEventListener('click', () => void copyLink(link));
  element('share-close', HTMLButtonElement).addEventListener('click', () => dialog.close());
  // Whoever comes to this machine next must not find it in the dialog.
  dialog.addEventListener('close', showNothingMade);

  return {
    offer(newCustomer) {
      offered = newCustomer;
      button.hidden = offered === undefined;
    },
  };
}

async function copyLink(link: HTMLInputElement): Promise<void> {
  link.select();
  try {
    await navigator.clipboard.writeText(link.value);
    setText('share-news', 'The link is copied.');
  } catch {
    // The browser forbids it here: the link is selected, for the keyboard's copy command.
    setText('share-news', 'The link is selected. Copy it with the keyboard.');
  }
}

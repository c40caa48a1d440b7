import { create } from '../elements.ts';

/** The state of a pager. */
export interface PagerText {
  /** Describes the rows that are shown: `11–20 of 312`. */
  readonly summary: string;
  readonly page: number;
  readonly hasNext: boolean;
  /** True if the user searches, and so the list is a part of all. */
  readonly isPart: boolean;
}

/** The buttons that turn the pages of a list. */
export interface Pager {
  readonly element: HTMLElement;
  show(text: PagerText): void;
}

export function createPager(noun: string, onTurn: (page: number) => void): Pager {
  let page = 1;
  const button = (label: string, step: number): HTMLButtonElement => {
    const created = create('button', 'button small', label, create('span', 'visually-hidden', ` ${noun}`));
    created.type = 'button';
    created.addEventListener('click', () => {
      if (created.getAttribute('aria-disabled') !== 'true') onTurn(page + step);
    });
    return created;
  };
  const previous = button('Previous', -1);
  const next = button('Next', 1);
  const summary = create('p', 'pager-summary');
  const element = create('nav', 'pager', summary, previous, next);
  element.setAttribute('aria-label', `Pages of ${noun}`);

  return {
    element,
    show(text) {
      page = text.page;
      if (summary.textContent !== text.summary) summary.textContent = text.summary;
      // A button that is disabled would lose the focus of somebody who turns pages by the keyboard.
      previous.setAttribute('aria-disabled', String(page <= 1));
      next.setAttribute('aria-disabled', String(!text.hasNext));
      const isOnlyPage = page <= 1 && !text.hasNext;
      previous.hidden = next.hidden = isOnlyPage && !element.contains(document.activeElement);
      summary.hidden = isOnlyPage && !text.isPart;
    },
  };
}

import type { SharedLink } from '../state/share-link.ts';
import { describeLink } from '../text/share-link.ts';
import { element, setText } from './elements.ts';

/**
 * Shows that the page reads by a link, and hides what a link cannot do: everything in the document that has the
 * attribute `data-own`.
 */
export function showSharedBanner(shared: SharedLink, zone: string, leave: () => void): void {
  document.documentElement.toggleAttribute('data-shared', true);
  element('shared', HTMLElement).hidden = false;
  setText('shared-text', describeLink(shared, zone));
  element('leave-link', HTMLButtonElement).addEventListener('click', leave);
}

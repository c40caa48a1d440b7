import { create } from '../elements.ts';
import type { Label } from './labels.ts';

/** Creates the button in a row that opens the details of its key. */
export function detailButton(label: Label, onOpen: () => void): HTMLButtonElement {
  const button = create('button', 'label key', ...label);
  button.type = 'button';
  button.setAttribute('aria-haspopup', 'dialog');
  button.addEventListener('click', onOpen);
  return button;
}

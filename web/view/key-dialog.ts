import { element, setText } from './elements.ts';

/** Asks for an API key. */
export interface KeyDialog {
  /** @param problem  the reason why the previous key was refused */
  ask(problem: string): void;
}

/** Characters that a key may have in a header (RFC 6750, section 2.1). */
const keyPattern = /^[A-Za-z0-9\-._~+/]+=*$/;

export function createKeyDialog(onKey: (key: string) => void): KeyDialog {
  const dialog = element('key-dialog', HTMLDialogElement);
  const input = element('key', HTMLInputElement);
  element('key-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const key = input.value.trim();
    if (!keyPattern.test(key)) {
      setText('key-problem', 'A key has only letters, digits and - . _ ~ + / =.');
      return;
    }
    input.value = '';
    dialog.close();
    onKey(key);
  });
  // Without a key, the page behind the dialog is empty.
  dialog.addEventListener('cancel', (event) => event.preventDefault());

  return {
    ask(problem) {
      setText('key-problem', problem);
      if (!dialog.open) dialog.showModal();
    },
  };
}

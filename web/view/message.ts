import { element, setText } from './elements.ts';

/** A text in place of the figures that says what to do. */
export interface Message {
  readonly title: string;
  readonly text: string;
  /** A command to copy into a terminal. */
  readonly command?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

export interface MessageView {
  show(message: Message): void;
  hide(): void;
}

export function createMessage(): MessageView {
  const section = element('message', HTMLElement);
  const action = element('message-action', HTMLButtonElement);
  const copy = element('copy', HTMLButtonElement);
  let shown: Message | undefined;
  action.addEventListener('click', () => shown?.action?.run());
  copy.addEventListener('click', () => void copyCommand(copy, shown?.command ?? ''));

  return {
    show(message) {
      // Text that the user is about to copy, and buttons they are about to press, must not change.
      const isSame = shown !== undefined && shown.title === message.title && shown.text === message.text;
      if (isSame && !section.hidden && shown?.action?.label === message.action?.label) return;
      shown = message;
      setText('message-title', message.title);
      setText('message-text', message.text);
      setText('command', message.command ?? '');
      element('message-command', HTMLDivElement).hidden = message.command === undefined;
      copy.textContent = 'Copy';
      action.hidden = message.action === undefined;
      action.textContent = message.action?.label ?? '';
      section.hidden = false;
    },
    hide() {
      section.hidden = true;
    },
  };
}

async function copyCommand(button: HTMLButtonElement, command: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(command);
    button.textContent = 'Copied';
  } catch {
    // The browser forbids it here: select the text instead, for the keyboard's copy command.
    getSelection()?.selectAllChildren(element('command', HTMLElement));
    button.textContent = 'Selected';
  }
}

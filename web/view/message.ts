import { element, setText } from './elements.ts';

/** Something that is shown in place of figures, and says what to do. */
export interface Message {
  readonly title: string;
  readonly text: string;
  /** To be copied into a terminal. */
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
      // What somebody is about to copy or press does not change under their hands.
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
    // Not allowed here: it is selected instead, for the keyboard's own copy.
    getSelection()?.selectAllChildren(element('command', HTMLElement));
    button.textContent = 'Selected';
  }
}

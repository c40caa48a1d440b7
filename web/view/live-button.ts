import { element, setText } from './elements.ts';

/** Shows whether the page updates itself, and lets the user stop it. */
export interface LiveButton {
  /** Shows that the last request failed. */
  showTrouble(hasTrouble: boolean): void;
}

export function createLiveButton(onLive: (isLive: boolean) => void): LiveButton {
  const button = element('live', HTMLButtonElement);
  let isLive = true;
  let hasTrouble = false;
  const label = () => {
    button.ariaPressed = String(isLive);
    button.toggleAttribute('data-trouble', isLive && hasTrouble);
    setText('live-text', isLive ? (hasTrouble ? 'Retrying' : 'Live') : 'Paused');
  };
  button.addEventListener('click', () => {
    isLive = !isLive;
    label();
    onLive(isLive);
  });
  return {
    showTrouble(newTrouble) {
      hasTrouble = newTrouble;
      label();
    },
  };
}

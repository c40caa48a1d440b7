/** The element of the page's document with this id, which is of this kind. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The document has no ${kind.name} with the id "${id}".`);
  return found;
}

export function setText(id: string, text: string): void {
  const found = element(id, HTMLElement);
  if (found.textContent !== text) found.textContent = text;
}

/** A new element with this text in it; what the text says is never anything but text. */
export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...content: readonly (string | Node)[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  if (className !== '') created.className = className;
  created.append(...content);
  return created;
}

/** The radio buttons of a name: what is chosen of them. */
export interface Choice {
  /** @param offered  the others are not shown */
  show(chosen: string, offered?: readonly string[]): void;
}

export function choice(fieldsetId: string, onChoose: (value: string) => void): Choice {
  const fieldset = element(fieldsetId, HTMLFieldSetElement);
  const radios = [...fieldset.querySelectorAll<HTMLInputElement>('input[type=radio]')];
  fieldset.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement) onChoose(target.value);
  });
  return {
    show(chosen, offered) {
      for (const radio of radios) {
        radio.checked = radio.value === chosen;
        radio.disabled = offered !== undefined && !offered.includes(radio.value);
      }
    },
  };
}

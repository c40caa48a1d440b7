/** Returns the element with this id; throws if it is of another kind. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The document has no ${kind.name} with the id "${id}".`);
  return found;
}

export function setText(id: string, text: string): void {
  const found = element(id, HTMLElement);
  if (found.textContent !== text) found.textContent = text;
}

/** Creates an element that contains a text; the text is never parsed as markup. */
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

/** The radio buttons of one name, as a single choice. */
export interface Choice {
  /** @param offered  the buttons to show; others are hidden */
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

import type { CustomPeriod, Range } from '../period/period.ts';
import { instantAt, wallClock } from '../period/zone.ts';
import { problemOf } from '../state/url-state.ts';
import { element, setText } from './elements.ts';

/** The form for a custom period, in local time. */
export interface CustomPeriodForm {
  show(range: Range): void;
  hide(): void;
}

export function createCustomPeriodForm(
  zone: string,
  onChoose: (period: CustomPeriod) => void,
): CustomPeriodForm {
  const form = element('custom', HTMLFormElement);
  const fromInput = element('custom-from', HTMLInputElement);
  const toInput = element('custom-to', HTMLInputElement);
  // The field returns the local time as if it were UTC.
  const read = ({ valueAsNumber }: HTMLInputElement) =>
    Number.isNaN(valueAsNumber) ? Number.NaN : instantAt(valueAsNumber, zone);
  const write = (instant: number) => new Date(wallClock(instant, zone)).toISOString().slice(0, 16);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const [from, to] = [read(fromInput), read(toInput)];
    const problem = problemOf(from, to);
    setText('custom-problem', problem ?? '');
    if (problem === undefined) onChoose({ kind: 'custom', from, to });
    else fromInput.focus();
  });

  return {
    show({ from, to }) {
      if (form.hidden) {
        fromInput.value = write(from);
        toInput.value = write(to);
        setText('custom-problem', '');
      }
      form.hidden = false;
    },
    hide() {
      form.hidden = true;
    },
  };
}

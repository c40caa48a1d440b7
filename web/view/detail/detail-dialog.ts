import type { Client } from '../../api/client.ts';
import { loadCourse } from '../../api/load-course.ts';
import type { Report } from '../../api/load-report.ts';
import { sumOfCourse, type CourseBucket } from '../../figures/course.ts';
import { isSameDetail, type Detail } from '../../state/detail.ts';
import type { ListState, ListStates } from '../../state/list-state.ts';
import type { View } from '../../state/url-state.ts';
import { describeFailure } from '../../text/failures.ts';
import { describeKey, describeNotCounted, dimensionNames } from '../../text/details.ts';
import { formatRange } from '../../text/format.ts';
import { visibleText } from '../../text/visible-text.ts';
import { create } from '../elements.ts';
import { countryLabel, pathLabel, statusLabel, type Label } from '../lists/labels.ts';
import { createCourse } from './course.ts';
import { createDetailFigures } from './figures.ts';
import { createDetailFailures } from './failures.ts';

export interface DetailContext {
  readonly client: Client;
  readonly choose: (detail: Detail | undefined) => void;
  readonly onListChange: (name: string, change: Partial<ListState>, isTyping: boolean) => void;
}

/** The details of one key, above the page: why a path fails, who asks for how much. */
export interface DetailDialog {
  /** Shows the details that the view names, or none. */
  show(report: Report | undefined, view: View): void;
  /** The figures are others now, so the details are read again when they are shown. */
  forget(): void;
  /** There are no figures any more. */
  close(): void;
}

export function createDetailDialog({ client, choose, onListChange }: DetailContext): DetailDialog {
  const heading = create('h2', 'detail-title');
  heading.id = 'detail-title';
  heading.tabIndex = -1;
  const kind = create('p', 'detail-kind');
  const close = create('button', 'button', 'Close');
  close.type = 'button';
  const description = create('p', 'detail-text');
  const figures = createDetailFigures();
  const course = createCourse();
  const failures = createDetailFailures({ choose, onListChange });
  const notCounted = create('p', 'detail-text');
  const dialog = create(
    'dialog',
    'detail',
    create('header', 'detail-head', create('div', '', kind, heading), close),
    description,
    figures.element,
    course.element,
    failures.element,
    notCounted,
  );
  dialog.id = 'detail';
  dialog.setAttribute('aria-labelledby', heading.id);
  document.body.append(dialog);

  let shown: Detail | undefined;
  let report: Report | undefined;
  let lists: ListStates = {};
  let loaded: readonly CourseBucket[] | undefined;
  let loading: Detail | undefined;
  /** The figures have changed since the course was loaded, or it could not be. */
  let isStale = false;
  let opener: Opener | undefined;
  let controller = new AbortController();

  close.addEventListener('click', () => choose(undefined));
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault(); // the address says whether it is open
    choose(undefined);
  });
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) choose(undefined);
  });

  const load = async (detail: Detail, { customer, range, unit, zone }: Report) => {
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    loading = detail;
    isStale = false;
    try {
      loaded = await loadCourse({ customer, detail, range, unit, zone }, client, signal);
    } catch (error) {
      if (signal.aborted) return;
      isStale = true; // so that the next look tries again
      loading = undefined;
      const { title, text } = describeFailure(error);
      course.showProblem(`${title}. ${text}`);
      return;
    }
    if (signal.aborted) return;
    loading = undefined;
    if (report !== undefined) render(detail, report);
  };

  const render = (detail: Detail, { range, unit, zone, total }: Report) => {
    kind.textContent = `${dimensionNames[detail.dimension]} · ${formatRange(range.from, range.to, zone)}`;
    heading.replaceChildren(...titleOf(detail));
    const text = describeKey(detail);
    description.textContent = text;
    description.hidden = text === '';
    figures.show(detail, total, loaded);
    course.show(detail, loaded, unit, zone);
    const errors = loaded === undefined ? undefined : sumOfCourse(loaded).errors;
    failures.show(detail, total, lists, errors);
    notCounted.textContent = describeNotCounted(detail);
  };

  const end = () => {
    controller.abort();
    shown = undefined;
    loaded = undefined;
    loading = undefined;
    if (!dialog.open) return;
    dialog.close();
    focusOn(opener);
  };

  return {
    show(newReport, view) {
      const { detail } = view;
      lists = view.lists;
      if (detail === undefined || newReport === undefined) return end();
      const isOther = !isSameDetail(detail, shown);
      if (isOther) loaded = undefined;
      const needsCourse = isOther || (isStale && !isSameDetail(detail, loading));
      shown = detail;
      report = newReport;
      render(detail, newReport);
      if (!dialog.open) {
        opener = openerOf(document.activeElement);
        dialog.showModal();
      }
      if (isOther) {
        dialog.scrollTop = 0;
        heading.focus();
      }
      if (needsCourse) void load(detail, newReport);
    },
    forget() {
      isStale = true;
    },
    close: end,
  };
}

function titleOf({ dimension, key }: Detail): Label {
  if (dimension === 'path') return pathLabel(key, visibleText);
  if (dimension === 'status') return statusLabel(key);
  if (dimension === 'country') return countryLabel(key);
  return [visibleText(key)];
}

/** The button that opened the details, by its place: its row may have been replaced since. */
interface Opener {
  readonly list: string;
  readonly key: string;
}

function openerOf(focused: Element | null): Opener | undefined {
  const row = focused?.closest('tr');
  const list = row?.closest('tbody')?.id;
  const key = row?.dataset.key;
  return list === undefined || key === undefined ? undefined : { list, key };
}

/** Returns the focus to what opened the details; to the list if its row is gone, and to the page otherwise. */
function focusOn(opener: Opener | undefined): void {
  const body = opener === undefined ? null : document.getElementById(opener.list);
  const rows = [...(body?.querySelectorAll('tr') ?? [])];
  const row = rows.find(({ dataset }) => dataset.key === opener?.key);
  const target =
    row?.querySelector<HTMLElement>('button') ??
    body?.closest('section')?.querySelector<HTMLElement>('button, input') ??
    document.getElementById('main');
  target?.focus();
}

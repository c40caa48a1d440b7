/** Part of a list that the user looks at. */
export interface ListState {
  readonly search: string;
  /** Name of the column by which the list is sorted, with `-` before it for the other direction; `''`: the list's own. */
  readonly sort: string;
  /** The first one is 1. */
  readonly page: number;
}

/** Lists by name; those that are not there are in their initial state. */
export type ListStates = Readonly<Record<string, ListState>>;

const initialList: ListState = { search: '', sort: '', page: 1 };

const parameterPattern = /^([a-z]{1,20})\.(search|sort|page)$/;
/** An address may contain anything. */
const maxSearchLength = 200;
const maxPage = 100_000;

export function listState(states: ListStates, name: string): ListState {
  return Object.hasOwn(states, name) ? (states[name] ?? initialList) : initialList;
}

/** Changes the state of a list. Another search or another order begins on the first page. */
export function changeList(states: ListStates, name: string, change: Partial<ListState>): ListStates {
  return { ...states, [name]: { ...listState(states, name), page: 1, ...change } };
}

/** Returns the lists on their first pages, for another period. */
export function onFirstPages(states: ListStates): ListStates {
  return Object.fromEntries(Object.entries(states).map(([name, state]) => [name, { ...state, page: 1 }]));
}

/** Reads the lists from an address: `paths.search=shop&paths.page=2`. */
export function readLists(parameters: URLSearchParams): ListStates {
  let states: ListStates = {};
  for (const [parameter, value] of parameters) {
    const [, name, field] = parameterPattern.exec(parameter) ?? [];
    if (name === undefined) continue;
    const { page } = listState(states, name);
    if (field === 'search')
      states = changeList(states, name, { search: value.slice(0, maxSearchLength), page });
    if (field === 'sort' && /^-?[a-zA-Z]{1,20}$/.test(value))
      states = changeList(states, name, { sort: value, page });
    if (field === 'page' && /^[1-9]\d*$/.test(value) && Number(value) <= maxPage)
      states = changeList(states, name, { page: Number(value) });
  }
  return states;
}

/** Adds what differs from the initial state to the parameters of an address. */
export function writeLists(states: ListStates, parameters: URLSearchParams): void {
  for (const [name, { search, sort, page }] of Object.entries(states)) {
    if (search !== '') parameters.set(`${name}.search`, search);
    if (sort !== '') parameters.set(`${name}.sort`, sort);
    if (page > 1) parameters.set(`${name}.page`, String(page));
  }
}

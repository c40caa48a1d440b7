import { statusClassOf } from '../../figures/errors.ts';
import { statusReason } from '../../text/status-reasons.ts';
import { visibleText } from '../../text/visible-text.ts';
import { create } from '../elements.ts';

export type Label = readonly (string | Node)[];

/** A list shows the start and the end of a longer text; its details show all of it. */
const maxShownLength = 240;

/** Makes the text of a stranger readable, and shortens what is longer than anybody reads. */
function shown(text: string): string {
  const visible = visibleText(text);
  if (visible.length <= maxShownLength) return visible;
  return `${visible.slice(0, maxShownLength - 60)} … ${visible.slice(-50)}`;
}

/** Formats a key of a path, which is the method, a space and the path. */
export function pathLabel(key: string, textOf = shown): Label {
  const space = key.indexOf(' ');
  if (space === -1) return [create('span', 'path', textOf(key))];
  const method = create('span', 'method', textOf(key.slice(0, space)));
  return [create('span', 'path', method, ' ', textOf(key.slice(space + 1)))];
}

/** Formats a key of a failed path: the status, a space and the path with its method. */
export function errorPathLabel(key: string): Label {
  const status = key.slice(0, 3);
  return [statusCode(status), ' ', ...pathLabel(key.slice(4))];
}

export function statusLabel(status: string): Label {
  const reason = statusReason(status);
  const code = statusCode(status);
  return reason === '' ? [code] : [code, ' ', create('span', 'reason', reason)];
}

/** Formats the two letters of a country with its name. */
export function countryLabel(code: string): Label {
  const name = countryName(code);
  return name === undefined ? [shown(code)] : [code, ' ', create('span', 'reason', name)];
}

export function textLabel(key: string): Label {
  return [shown(key)];
}

function statusCode(status: string): Node {
  return create('span', `code c${statusClassOf(status)}`, visibleText(status));
}

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

function countryName(code: string): string | undefined {
  // Others are not codes of countries, and the browser throws.
  return /^[A-Z]{2}$/.test(code) ? countries.of(code) : undefined;
}

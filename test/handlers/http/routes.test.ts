import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { KeyHeader, Route } from '../../../handlers/http/route.ts';
import { isIngestPath } from '../../../http-server/is-ingest-path.ts';
import { methodsAt, routes } from '../../../handlers/http/routes.ts';

const table: readonly Route[] = Object.values(routes);
const root = new URL('../../../', import.meta.url);

/** A route in `serverless.yml`. */
interface Event {
  readonly functionName: string;
  readonly name: string;
  /** The header of the API key; `undefined` if the route needs none. */
  readonly keyHeader: string | undefined;
}

const keyHeaders: Readonly<Record<string, KeyHeader>> = {
  apiKey: 'authorization',
  firehoseKey: 'x-amz-firehose-access-key',
};

function eventsOf(serverless: string): Event[] {
  const functions = serverless.split(/^functions:\n/m)[1]?.split(/^\S/m)[0] ?? '';
  return functions.split(/^ {2}(?=\w+:\n)/m).flatMap((definition) => {
    const functionName = definition.slice(0, definition.indexOf(':'));
    return [...definition.matchAll(/^ +- httpApi: \{ (?<settings>.*) \}$/gm)].map(({ groups }) => {
      const settings = groups?.['settings'] ?? '';
      const [, method = '', path = ''] = /^method: (\S+), path: '?([^',]+)'?/.exec(settings) ?? [];
      const name = `${method} ${path}`.replaceAll("'", '');
      const [, authorizer = ''] = /authorizer: \{ name: (\w+) \}/.exec(settings) ?? [];
      return { functionName, name, keyHeader: keyHeaders[authorizer] };
    });
  });
}

const events = eventsOf(readFileSync(new URL('serverless.yml', root), 'utf8'));

describe('the routes table', () => {
  it('has the routes of serverless.yml, with their functions and the headers of their API keys', () => {
    const expected = table.map(({ functionName, name, scopes, keyHeader = 'authorization' }) => {
      return { functionName, name, keyHeader: scopes === undefined ? undefined : keyHeader };
    });
    const inOrder = (all: readonly Event[]) => all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const all = { functionName: 'fallback', name: '* *', keyHeader: 'authorization' };
    expect(inOrder(events)).toEqual(inOrder([...expected, all]));
  });

  it('has the limits of batches for every route that takes them', () => {
    const paths = table.map(({ path }) => path.replace(/\{\w+\}/g, 'x'));
    const takesBatches = table.map(({ invalidRequestCode }) => invalidRequestCode === 'ING_1000');
    expect(paths.map(isIngestPath)).toEqual(takesBatches);
  });

  it('names the parameters of each path', () => {
    const named = table
      .filter(({ functionName }) => functionName !== 'page')
      .map(({ path, pathParameters }) => [path, Object.keys(pathParameters?.shape ?? {})]);
    const inPaths = named.map(([path]) => [path, [...String(path).matchAll(/(?<=\{)\w+(?=\})/g)].flat()]);
    expect(named).toEqual(inPaths);
  });

  it.each([
    ['/logs', ['POST']],
    ['/logs/', ['POST']],
    ['/batches/k', ['GET']],
    ['/', ['GET', 'HEAD']],
    ['/_bulk', ['POST', 'PUT']],
    ['/logs-2025/_bulk', ['POST', 'PUT']],
    ['/services/collector/event/1.0', ['POST']],
    ['/batches', undefined],
    ['/batches/k/more', undefined],
  ])('finds the methods at %s', (path, methods) => {
    expect(methodsAt(path)).toEqual(methods);
  });
});

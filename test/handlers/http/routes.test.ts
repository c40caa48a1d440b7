import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../../handlers/http/route.ts';
import { methodsAt, routes } from '../../../handlers/http/routes.ts';

const table: readonly Route[] = Object.values(routes);
const root = new URL('../../../', import.meta.url);

/** A route in `serverless.yml`. */
interface Event {
  readonly functionName: string;
  readonly name: string;
  readonly needsKey: boolean;
}

function eventsOf(serverless: string): Event[] {
  const functions = serverless.split(/^functions:\n/m)[1]?.split(/^\S/m)[0] ?? '';
  return functions.split(/^ {2}(?=\w+:\n)/m).flatMap((definition) => {
    const functionName = definition.slice(0, definition.indexOf(':'));
    return [...definition.matchAll(/^ +- httpApi: \{ (?<settings>.*) \}$/gm)].map(({ groups }) => {
      const settings = groups?.['settings'] ?? '';
      const [, method = '', path = ''] = /^method: (\S+), path: '?([^',]+)'?/.exec(settings) ?? [];
      const name = `${method} ${path}`.replaceAll("'", '');
      return { functionName, name, needsKey: settings.includes('authorizer: { name: apiKey }') };
    });
  });
}

const events = eventsOf(readFileSync(new URL('serverless.yml', root), 'utf8'));

describe('the routes table', () => {
  it('has the routes of serverless.yml, with their functions and whether they need an API key', () => {
    const expected = table.map(({ functionName, name, scopes }) => {
      return { functionName, name, needsKey: scopes !== undefined };
    });
    const inOrder = (all: readonly Event[]) => all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const all = { functionName: 'fallback', name: '* *', needsKey: true };
    expect(inOrder(events)).toEqual(inOrder([...expected, all]));
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
    ['/', ['GET']],
    ['/batches', undefined],
    ['/batches/k/more', undefined],
  ])('finds the methods at %s', (path, methods) => {
    expect(methodsAt(path)).toEqual(methods);
  });
});

import { describe, expect, it } from 'vitest';
import { routes } from '../../../handlers/http/routes.ts';
import { matchRoute } from '../../../self-hosted/http/match-route.ts';

describe('a route', () => {
  it.each(Object.values(routes))('$name reaches its function', (route) => {
    const match = matchRoute(route.method, route.path.replace(/\{\w+\}/, 'one'));
    expect(match).toMatchObject({ functionName: route.functionName, routeKey: route.name });
    expect(match?.needsKey).toBe('scopes' in route);
  });

  it('is found with a slash at its end', () => {
    expect(matchRoute('POST', '/logs/')?.functionName).toBe('ingest');
    expect(matchRoute('GET', '/')?.functionName).toBe('page');
  });

  it('of GET serves HEAD', () => {
    expect(matchRoute('HEAD', '/health')?.functionName).toBe('health');
  });

  it.each([
    ['GET', '/nowhere'],
    ['GET', '//logs'],
    ['GET', '/batches/'],
    ['GET', '/batches/a/b'],
    ['PUT', '/logs'],
    ['OPTIONS', '*'],
    ['GET', '/LOGS'],
    ['GET', '/%6cogs'],
  ])('does not take %s %s, which the fallback answers, for a caller', (method, path) => {
    expect(matchRoute(method, path)).toMatchObject({ functionName: 'fallback', needsKey: true });
  });
});

describe('a parameter of a path', () => {
  it.each([
    ['/batches/a%2Fb', 'a/b'],
    ['/batches/%C3%A4', 'ä'],
    ['/batches/a+b', 'a+b'],
    ['/batches/__proto__', '__proto__'],
  ])('is decoded: %s', (path, batchId) => {
    expect(matchRoute('GET', path)?.pathParameters).toEqual({ batchId });
  });

  it.each(['/batches/%zz', '/batches/%', '/batches/%C3'])('is not valid: %s', (path) => {
    expect(matchRoute('GET', path)).toBeUndefined();
  });
});

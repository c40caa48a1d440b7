import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, it } from 'vitest';
import { describeApi } from '../../handlers/http/openapi-document/describe-api.ts';

/** Answers to requests of no operation: the description of the API names them. */
const ofNoOperation = ['NoSuchRoute', 'MethodNotAllowed'].map(
  (name) => `no-unused-components #/components/responses/${name}`,
);

/** Returns what the linter reports with its strictest rules, as rule and place. */
async function problemsOf(source: object): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
      'no-invalid-parameter-examples': 'error',
      'no-invalid-schema-examples': 'error',
    },
  });
  const problems = await lintFromString({
    source: JSON.stringify(source),
    absoluteRef: 'openapi.json',
    config,
  });
  return problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer}`);
}

it('has no problems with the strictest rules of a linter, but for answers that belong to no operation', async () => {
  expect((await problemsOf(describeApi())).toSorted()).toEqual(ofNoOperation.toSorted());
});

it('would have problems if an operation had no security, or an example did not fit', async () => {
  const document = JSON.stringify(describeApi());
  const broken = document
    .replace('"security":[{},{"apiKey":["read"]}],', '')
    .replace('"status":"ok"', '"status":"good"');
  expect(await problemsOf(JSON.parse(broken) as object)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^security-defined #\/paths/),
      expect.stringMatching(/^no-invalid-media-type-examples #\/paths/),
    ]),
  );
});

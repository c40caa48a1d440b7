import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeClientTypes } from '../../scripts/describe-client-types.ts';

it('has the types that the OpenAPI document describes (npm run client:types writes them)', async () => {
  const written = readFileSync(new URL('../../client/contract.ts', import.meta.url), 'utf8');
  expect(written).toBe(await describeClientTypes());
});

/** `npm run client:types`: writes the client's types of the HTTP contract from the OpenAPI document. */
import { writeFileSync } from 'node:fs';
import { describeClientTypes } from './describe-client-types.ts';

writeFileSync(new URL('../client/contract.ts', import.meta.url), await describeClientTypes());

import { randomUUID } from 'node:crypto';
import { describeObjectStore } from '../../test/contract/object-store.contract.ts';
import { parseClusterConfig } from '../config.ts';
import { openStore } from '../open-store.ts';
import { storeBelow } from './store-below.ts';

const config = parseClusterConfig(process.env);

describeObjectStore(`in the bucket ${config.pipeline.bucketName}`, async () => {
  const objects = openStore(config);
  const prefix = `check-store/${randomUUID()}/`;
  return {
    store: storeBelow(prefix, objects.store),
    async close() {
      for await (const key of objects.store.list(prefix)) await objects.store.delete(key);
      objects.close();
    },
  };
});

// Exports lmdb with commits that fail or take long when `faulty-disk.mjs` has a fault for them.
import { open as openReal } from 'lmdb';
import { befall } from './faulty-disk.mjs';

export function open(options) {
  const environment = openReal(options);
  const batch = environment.batch.bind(environment);
  environment.batch = async (write) => {
    await befall('commit', options.path);
    return batch(write);
  };
  return environment;
}

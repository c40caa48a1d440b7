/** Prints the contents of the queues `verify` and `other`, which another process may be using. */
import { readQueues } from '../../../local-store/queues.ts';

const [directory = ''] = process.argv.slice(2);
const queues = await readQueues(directory);
const look = (name: string) =>
  Array.from(queues.list(name), ({ body, receiveCount }) => ({ body, receiveCount }));
console.log(JSON.stringify({ verify: look('verify'), other: look('other') }));
await queues.close();

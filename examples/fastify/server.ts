/** A Fastify server that has each of its requests counted. */
import Fastify from 'fastify';
// Where the client is installed from npm: 'log-analytics-client'.
import { createBatcher, openPipeline } from '../../client/index.ts';

const {
  LOG_URL = 'http://localhost:3000',
  LOG_CUSTOMER = 'cus-axon',
  LOG_API_KEY,
  PORT = '8080',
} = process.env;

const server = Fastify({ logger: true });
const pipeline = openPipeline({
  url: LOG_URL,
  customerId: LOG_CUSTOMER,
  headers: LOG_API_KEY === undefined ? {} : { authorization: `Bearer ${LOG_API_KEY}` },
});
const batcher = createBatcher(pipeline, {
  onFailure: (error, { entries }) => server.log.error(error, `${entries.length} requests could not be sent.`),
});

server.addHook('onResponse', async (request, reply) => {
  const isTaken = batcher.add({
    receivedAt: new Date(Date.now() - reply.elapsedTime).toISOString(),
    method: request.method,
    // One entry that is too long would have its whole batch refused.
    path: request.url.slice(0, 2_048),
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 1_024),
    status: reply.statusCode,
  });
  if (!isTaken) server.log.warn('Too many requests wait for the pipeline: this one is not counted.');
});

server.get('/', () => 'hello\n');
server.get<{ Params: { id: string } }>('/products/:id', ({ params }) => ({ id: params.id }));

/** Answers what has begun, sends what is not sent yet, and ends. */
async function stop(): Promise<void> {
  await server.close();
  await batcher.flush();
  pipeline.close();
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());

await server.listen({ port: Number(PORT) });

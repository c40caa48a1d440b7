import type { Outbox } from '../../ports/outbox.ts';
import { emit } from './emit.ts';
import type { Streams } from './streams.ts';

/** Creates the outbox for a store that announces its writes by itself: nothing comes before the write of a batch. */
export function createStreamOutbox(streams: Streams): Outbox {
  return {
    announce: () => Promise.resolve(undefined),
    emit: (customerId, partials) => emit(customerId, partials, streams),
  };
}

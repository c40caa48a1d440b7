import type { DeliveryContext } from '../../event-source/stream/delivery-context.ts';
import type { LocalStream } from '../local-stream.ts';

/** The parts that all partitions of an event source work with. */
export interface SourceContext extends DeliveryContext {
  readonly stream: LocalStream;
  /**
   * Time for which records may gather after an invocation that took fewer than it could. A busy stream then needs a
   * quarter of the invocations; a quiet one is still consumed at once.
   */
  readonly restMilliseconds: number;
}

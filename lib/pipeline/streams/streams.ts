import type { StreamName } from '../../domain/stream-name.ts';
import type { EventStream } from '../../ports/event-stream.ts';

/**
 * The ways from `ingest` to `aggregate`: the same records and the same code, but each with a consumer of its own, so that
 * a flood of history (`late`) never delays the windows that people watch (`insights`).
 */
export type Streams = Readonly<Record<StreamName, EventStream>>;

import type { SentBatch } from '../../lib/pipeline/ingest/read-batch.ts';
import { givenSource } from '../http/given-source.ts';
import { requireCustomer, type HttpRequest } from '../http/http.ts';
import { givenInvalidEntries } from '../http/invalid-entries.ts';
import { bodyEncoding } from './body-encoding.ts';

/** The parts of a batch that depend on the protocol. */
export type ProtocolBatch = Pick<SentBatch, 'mediaType' | 'logFormat' | 'unwrap'> & {
  /** The customer, where the protocol has another way to name it than the header. */
  readonly customerId?: SentBatch['customerId'];
  /** The compression, where it is a part of the protocol. */
  readonly contentEncoding?: string;
  /** The protocol's delivery id; without one, the id of the batch is derived from its body. */
  readonly id?: SentBatch['id'];
};

/**
 * Makes a batch of a request in the protocol of another program. Invalid entries are set aside unless the request says
 * otherwise, since such a program repeats a refused batch for ever, or drops all of it.
 * @throws InvalidRequest  a header or a parameter is not valid
 */
export function sentBatch(request: HttpRequest, batch: ProtocolBatch): SentBatch {
  return {
    customerId: batch.customerId ?? requireCustomer(request),
    id: batch.id,
    source: givenSource(request),
    sender: request.sender,
    mediaType: batch.mediaType,
    logFormat: batch.logFormat,
    unwrap: batch.unwrap,
    invalid: givenInvalidEntries(request) ?? 'set-aside',
    contentEncoding: batch.contentEncoding ?? bodyEncoding(request),
    body: request.body,
  };
}

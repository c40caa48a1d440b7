import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { BodyPool } from './admission/body-pool.ts';
import { paceLimits, type PaceLimits } from './admission/pace.ts';
import { receiveBody, smallBytes, type BodyPools, type ReceivedBody } from './admission/receive-body.ts';
import { answerRefusal } from './gate/answer-refusal.ts';
import { isIngestPath } from './is-ingest-path.ts';
import { overloaded, tooLarge } from './gate/refusal.ts';
import { pathOfTarget } from './gate/request-target.ts';
import { hasBody } from './has-body.ts';

const mebibyte = 1_024 * 1_024;

/** The largest body of any kind that API Gateway accepts. */
const largestBody = 10 * mebibyte;

export interface AdmissionLimits {
  /** The largest batch, decompressed. */
  readonly maxBatchBytes: number;
  /** Memory for all bodies above `smallBytes` together; processing a body takes up to five times its size. */
  readonly largeBytes?: number;
  /** Memory for all other bodies. */
  readonly smallBytes?: number;
  readonly maxLargeBodies?: number;
  readonly maxSmallBodies?: number;
  readonly pace?: PaceLimits;
}

/** Time between two checks of the pace of bodies. */
const lookEveryMilliseconds = 1_000;
/**
 * Maximum time between two checks that is charged to clients: while this process is stopped, they cannot send.
 */
const maxSecondsPassed = 2;

/** Headers must arrive within this time, and a request as a whole within the other; Node.js checks every 30 s. */
export const headersTimeoutMilliseconds = 10_000;
export const requestTimeoutMilliseconds = 180_000;

/**
 * Limits the memory of bodies, and the time that they take to arrive. A request is only passed on after its whole
 * body has arrived. If there is no memory left, the body waits, and after a time its request is answered with 503. A
 * request no longer counts once its client has gone, although a function may still work on it; functions limit that
 * themselves.
 */
export class Admission {
  readonly #guarded = new WeakSet<Server>();
  readonly #maxBatchBytes: number;
  readonly #pools: BodyPools;
  readonly #pace: PaceLimits;
  readonly #receiving = new Set<ReceivedBody>();
  #looking: NodeJS.Timeout | undefined;
  #lookedAt = 0;

  constructor({
    maxBatchBytes,
    largeBytes = 64 * mebibyte,
    smallBytes = 16 * mebibyte,
    maxLargeBodies = 512,
    maxSmallBodies = 2_048,
    pace = paceLimits,
  }: AdmissionLimits) {
    this.#maxBatchBytes = maxBatchBytes;
    this.#pools = {
      large: new BodyPool(largeBytes, maxLargeBodies),
      small: new BodyPool(smallBytes, maxSmallBodies),
    };
    this.#pace = pace;
  }

  /** Adds the limits in front of the server's own listeners. */
  guard(server: Server): void {
    if (this.#guarded.has(server)) return;
    this.#guarded.add(server);
    server.headersTimeout = headersTimeoutMilliseconds;
    server.requestTimeout = requestTimeoutMilliseconds;
    const listeners = server.listeners('request');
    // The body has arrived, so later listeners need not answer `expect: 100-continue`.
    server.removeAllListeners('request').removeAllListeners('checkContinue');
    const admit = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
      const pass = () => {
        for (const listener of listeners) listener.call(server, request, response);
      };
      this.admit(request, response, expectsContinue, pass);
    };
    server.on('request', admit(false));
    server.on('checkContinue', admit(true));
  }

  /** Records that some time has passed. */
  passed(seconds: number): void {
    for (const body of this.#receiving) body.passed(seconds);
  }

  /**
   * Passes a request on when its body has arrived within the limits, and answers it otherwise. Call it as soon as the
   * request exists, because it counts the bytes from then on.
   */
  admit(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
    onReceived: () => void,
  ): void {
    if (!hasBody(request)) return onReceived();
    const maxBytes = largestBodyOf(request, this.#maxBatchBytes);
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > maxBytes) return answerRefusal(request, response, tooLarge(maxBytes));
    const pool = announced > smallBytes ? this.#pools.large : this.#pools.small;
    if (pool.isCrowded) return answerRefusal(request, response, overloaded());
    const body = receiveBody({
      request,
      response,
      maxBytes,
      expectsContinue,
      pools: this.#pools,
      paceLimits: this.#pace,
      onReceived,
      onEnded: (ended) => {
        this.#receiving.delete(ended);
        if (this.#receiving.size === 0) this.#stopLooking();
      },
    });
    this.#receiving.add(body);
    this.#startLooking();
  }

  #startLooking(): void {
    if (this.#looking !== undefined) return;
    this.#lookedAt = performance.now();
    this.#looking = setInterval(() => {
      // Runs after Node.js has read what arrived meanwhile, which happens after timers.
      setImmediate(() => {
        const now = performance.now();
        this.passed(Math.min((now - this.#lookedAt) / 1_000, maxSecondsPassed));
        this.#lookedAt = now;
      });
    }, lookEveryMilliseconds).unref();
  }

  #stopLooking(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}

/** Returns the largest size that a body can reach. A batch that is not compressed does not grow. */
function largestBodyOf({ headers, rawHeaders, url = '' }: IncomingMessage, maxBatchBytes: number): number {
  const isIngest = isIngestPath(pathOfTarget(url));
  const isEncoded = !/^(?:identity)?$/i.test((headers['content-encoding'] ?? '').trim());
  return isIngest && !isEncoded && !isCalledBytes(rawHeaders)
    ? Math.min(maxBatchBytes, largestBody)
    : largestBody;
}

/** Reports whether the media type leaves open whether a body is compressed, as that of Loki does. Only the raw headers have it. */
function isCalledBytes(rawHeaders: readonly string[]): boolean {
  const at = rawHeaders.findLastIndex((name, n) => n % 2 === 0 && name.toLowerCase() === 'content-type');
  return /gzip|octet-stream|protobuf/i.test(rawHeaders[at + 1] ?? '');
}

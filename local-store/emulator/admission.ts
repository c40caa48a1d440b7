import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { BodyPool } from './admission/body-pool.ts';
import { paceLimits, type PaceLimits } from './admission/pace.ts';
import { receiveBody, smallBytes, type BodyPools, type ReceivedBody } from './admission/receive-body.ts';
import { answerRefusal } from './gate/answer-refusal.ts';
import { overloaded, tooLarge } from './gate/refusal.ts';

const mebibyte = 1_024 * 1_024;

/** The largest body that API Gateway takes, whatever it is. */
const largestBody = 10 * mebibyte;

export interface AdmissionLimits {
  /** The largest batch, as it is when it is decompressed. */
  readonly maxBatchBytes: number;
  /** What bodies above `smallBytes` may have together; in memory a body is up to five times as large. */
  readonly largeBytes?: number;
  /** The share of the others. */
  readonly smallBytes?: number;
  readonly maxLargeBodies?: number;
  readonly maxSmallBodies?: number;
  readonly pace?: PaceLimits;
}

/** How often it is looked at how fast bodies come. */
const lookEveryMilliseconds = 1_000;
/** What passes at one look at the most: while the process stands still, no client can go on. */
const maxSecondsPassed = 2;

/** Headers have to come within this, and a request as a whole within the other: Node.js looks every 30 s. */
const headersTimeoutMilliseconds = 10_000;
const requestTimeoutMilliseconds = 180_000;

/**
 * Keeps the memory bounded that bodies take, and the time in which they come. A body is received whole before anything
 * behind it sees its request; what would be too much waits its turn, and after that is answered 503. What a client has
 * given up is not counted any more, though a function may still work on it: that is for the function to bound.
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

  /** Puts itself before the server's own listeners. */
  guard(server: Server): void {
    if (this.#guarded.has(server)) return;
    this.#guarded.add(server);
    server.headersTimeout = headersTimeoutMilliseconds;
    server.requestTimeout = requestTimeoutMilliseconds;
    const listeners = server.listeners('request');
    // Behind this, nobody is asked whether to go on: the body is there.
    server.removeAllListeners('request').removeAllListeners('checkContinue');
    const admit = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
      const pass = () => {
        for (const listener of listeners) listener.call(server, request, response);
      };
      if (hasBody(request)) this.#receive(request, response, expectsContinue, pass);
      else pass();
    };
    server.on('request', admit(false));
    server.on('checkContinue', admit(true));
  }

  /** Takes note that some time has passed. */
  passed(seconds: number): void {
    for (const body of this.#receiving) body.passed(seconds);
  }

  #receive(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
    onReceived: () => void,
  ): void {
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
      // Behind what has arrived meanwhile, which is read after timers.
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

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** A batch that is not compressed is as large as it will be. */
function largestBodyOf({ headers, rawHeaders, url = '' }: IncomingMessage, maxBatchBytes: number): number {
  const isIngest = /^\/logs\/?(?:\?|$)/.test(url);
  const isEncoded = !/^(?:identity)?$/i.test((headers['content-encoding'] ?? '').trim());
  return isIngest && !isEncoded && !isCalledBytes(rawHeaders)
    ? Math.min(maxBatchBytes, largestBody)
    : largestBody;
}

/** Whether the media type leaves it open whether a body is compressed. It stands in the raw headers alone. */
function isCalledBytes(rawHeaders: readonly string[]): boolean {
  const at = rawHeaders.findLastIndex((name, n) => n % 2 === 0 && name.toLowerCase() === 'content-type');
  return /gzip|octet-stream/i.test(rawHeaders[at + 1] ?? '');
}

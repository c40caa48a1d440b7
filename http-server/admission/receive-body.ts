import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerRefusal } from '../gate/answer-refusal.ts';
import { overloaded, tooLarge, tooSlow, type Refusal } from '../gate/refusal.ts';
import type { BodyPool, PooledBody } from './body-pool.ts';
import { Pace, type PaceLimits } from './pace.ts';

export interface BodyPools {
  /** Pool of bodies up to `smallBytes`, whose memory large ones cannot use. */
  readonly small: BodyPool;
  readonly large: BodyPool;
}

/** Minimum size that is charged for a body, because the request itself takes memory. */
const leastBytes = 8 * 1_024;
export const smallBytes = 64 * 1_024;

/** A body that is being received. */
export interface ReceivedBody {
  /** Records that some time has passed, in which the body may have arrived too slowly. */
  passed(seconds: number): void;
}

export interface Receiving {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly maxBytes: number;
  /** True if the client waits for a `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  readonly pools: BodyPools;
  readonly paceLimits: PaceLimits;
  /** Called once, when the whole body can be read. */
  readonly onReceived: () => void;
  /** Called once, when nothing more will arrive. */
  readonly onEnded: (body: ReceivedBody) => void;
}

/**
 * Receives a body within the limits before anything else reads it. The body stays in the request because nothing
 * consumes it yet: this counts the bytes that Node.js pushes, and reads on as long as there is memory.
 */
export function receiveBody(receiving: Receiving): ReceivedBody {
  const { request, response, maxBytes, pools } = receiving;
  const announced = Number(request.headers['content-length'] ?? 0);
  const pace = new Pace(receiving.paceLimits);
  const push = request.push.bind(request);
  let pool = announced > smallBytes ? pools.large : pools.small;
  let bytes = 0;
  let charged = 0;
  let isWaiting = false;
  let isContinued = !receiving.expectsContinue;
  let hasEnded = false;
  let isWhole = false;

  const pooled: PooledBody = {
    resume() {
      isWaiting = false;
      goOn();
    },
  };
  const received: ReceivedBody = {
    passed(seconds) {
      const verdict = pace.passed(seconds, { isWaiting, doOthersWait: pool.hasWaiting });
      if (verdict === 'is too slow') refuse(tooSlow());
      else if (verdict !== 'goes on') refuse(overloaded());
    },
  };

  function goOn(): void {
    if (!isContinued) {
      isContinued = true;
      response.writeContinue();
    }
    request.socket.resume();
  }

  function charge(): void {
    if (pool === pools.small && bytes > smallBytes) {
      pool.release(charged);
      pool.end(pooled);
      charged = 0;
      pool = pools.large;
      pool.begin(pooled);
    }
    const more = Math.max(bytes, leastBytes) - charged;
    charged += more;
    pool.charge(more);
  }

  function end(): void {
    if (hasEnded) return;
    hasEnded = true;
    pool.end(pooled);
    receiving.onEnded(received);
  }

  function refuse(refusal: Refusal): void {
    end();
    request.socket.resume();
    answerRefusal(request, response, refusal);
  }

  response.once('close', () => {
    end();
    if (isWhole) pool.endWork();
    pool.release(charged);
  });
  request.push = (chunk: Buffer | null) => {
    if (chunk === null) {
      isWhole = !hasEnded;
      if (isWhole) pool.beginWork();
      end();
      push(null);
      if (isWhole) process.nextTick(receiving.onReceived);
      return false;
    }
    if (hasEnded) return true; // refused: further bytes are discarded as they arrive
    bytes += chunk.length;
    pace.came(chunk.length);
    if (bytes > maxBytes) {
      refuse(tooLarge(maxBytes));
      return true;
    }
    charge();
    push(chunk);
    isWaiting = !pool.admits(pooled);
    return !isWaiting;
  };

  pool.begin(pooled);
  charge();
  if (receiving.expectsContinue && pool.admits(pooled)) goOn();
  return received;
}

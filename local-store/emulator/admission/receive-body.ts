import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerRefusal } from '../gate/answer-refusal.ts';
import { overloaded, tooLarge, tooSlow, type Refusal } from '../gate/refusal.ts';
import type { BodyPool, PooledBody } from './body-pool.ts';
import { Pace, type PaceLimits } from './pace.ts';

export interface BodyPools {
  /** Bodies up to `smallBytes`: large ones leave them this much. */
  readonly small: BodyPool;
  readonly large: BodyPool;
}

/** What a body counts at least, since a request takes memory of its own. */
const leastBytes = 8 * 1_024;
export const smallBytes = 64 * 1_024;

/** A body that is being received. */
export interface ReceivedBody {
  /** Takes note that some time has passed, in which a body may have come too slowly. */
  passed(seconds: number): void;
}

export interface Receiving {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly maxBytes: number;
  /** The client sends the body once it is told to. */
  readonly expectsContinue: boolean;
  readonly pools: BodyPools;
  readonly paceLimits: PaceLimits;
  /** Called once, when all of the body is there to be read. */
  readonly onReceived: () => void;
  /** Called once, when nothing more is to come. */
  readonly onEnded: (body: ReceivedBody) => void;
}

/**
 * Receives a body within the limits, before anybody reads it. It stays in the request, as nobody takes it from there: what
 * Node.js pushes is counted on its way, and the connection is read on as long as there is room.
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
    if (hasEnded) return true; // refused: it is thrown away as it arrives
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

import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { RunningProcess } from './run-roles.ts';

const questionSchema = z.object({ question: z.enum(['problems', 'metrics']), id: z.int() });
const answerSchema = z.object({ id: z.int(), answer: z.array(z.string()) });

export type Question = z.output<typeof questionSchema>['question'];

const maxAnswerMilliseconds = 4_000;

/** Answers the questions of the parent about this process. */
export function answerParent(running: RunningProcess): void {
  process.on('message', (message) => {
    const { data } = questionSchema.safeParse(message);
    if (data === undefined) return;
    const answer = async () => {
      switch (data.question) {
        case 'problems':
          return running.problems();
        case 'metrics':
          return [await running.metrics()];
      }
    };
    answer().then(
      (texts) => cluster.worker?.send({ id: data.id, answer: texts }),
      (error: unknown) => running.logger.warn('A question of the parent failed', { error }),
    );
  });
}

let questions = 0;

/** Asks a process about itself; `undefined` if it does not answer in time. */
export async function askProcess(worker: Worker, question: Question): Promise<readonly string[] | undefined> {
  questions += 1;
  const id = questions;
  const waiting = new AbortController();
  const answered = new Promise<readonly string[]>((resolve) => {
    const listener = (message: unknown) => {
      const { data } = answerSchema.safeParse(message);
      if (data?.id === id) resolve(data.answer);
    };
    worker.on('message', listener);
    waiting.signal.addEventListener('abort', () => worker.off('message', listener));
  });
  worker.send({ question, id });
  const tooLate = sleep(maxAnswerMilliseconds, undefined, { signal: waiting.signal });
  tooLate.catch(() => undefined); // nobody waits for it any more
  const answer = await Promise.race([answered, tooLate]);
  waiting.abort();
  return answer;
}

import { tables } from './proofs.ts';

/** The paragraphs after the options in the help of `test:faults`. */
export const faultDetails = [
  'The tables are tests that cover all steps, operations, files, bodies or protections, and run whole, in some minutes:\n' +
    tables.map((table) => `  ${table}`).join('\n'),
  'The sustained load is npm run bench:sustained with 64 clients, for a sixth of the time, at most 5 minutes. Its audit must find ' +
    'no difference and, from four minutes on, memory, open files and the lag of the event loop must not grow.',
  'In a round clients send batches, and one of them sends odd bodies: malformed ones, and kinds that parsers get wrong. Meanwhile ' +
    'the emulator has one to three lives on the same data. In one of them, or another,\n' +
    [
      'its clock is wrong by up to two hours, from the start or suddenly;',
      'it is paused for up to 3 s, or sleeps (SIGSTOP) for longer than anything that it waits for;',
      'an operation of its disk fails (ENOSPC, EACCES, EIO, EROFS) or is slow, until a number of batches has passed;',
      'a second emulator is started on its data, and must be refused with a message that names the first;',
      'npm run audit and npm run dead-letters run beside it, and must find neither torn files nor dead letters;',
      'it has other PATH_TEMPLATES than the life before, as after an upgrade or a rollback.',
    ]
      .map((fault) => `  - ${fault}`)
      .join('\n'),
  'Each life ends when the emulator is killed, killed at a step of the local store, or stopped in order. Then comes a life without ' +
    'faults, and the clients stop. When every stored batch says that it is counted,\n' +
    [
      'accepted batches must be counted once, in all of their minutes; a batch that was sent and not accepted, once as a whole or ' +
        'not at all; and nothing else may be counted;',
      'each batch must be counted by one version of the path templates in all of its minutes, which was in force while it was sent;',
      'an odd body must have been accepted if a second, plain reading can read it, and refused with 4xx otherwise, and it must be ' +
        'counted according to that reading;',
      'clients may have got no failure other than 503, and no rejection may be left unhandled;',
      'npm run audit must find no difference in all data, including that of earlier rounds, and npm run dead-letters must find ' +
        'nothing.',
    ]
      .map((law) => `  - ${law}`)
      .join('\n'),
  'The same seed and round cause the same faults after the same numbers of accepted batches. The requests in flight at that moment ' +
    'depend on the machine: repeat a failed round a few times, or with all rounds before it.',
  'No round truncates or changes a file, since that destroys accepted batches, and no count could be right afterwards; the tables ' +
    "cover that case (torn-files). They also crash the pipeline at each step of a batch's way.",
  "All rounds share one data directory, in the system's directory for temporary files. It is removed if all of them were exact, and " +
    'kept otherwise.',
];

import { anyText, httpUrl, list, value } from './define-command/options.ts';

/** The options of commands that talk to a running pipeline. */
export const pipelineOptions = {
  url: value({
    shows: '<url>',
    help: 'where the pipeline listens',
    variable: 'LOG_URL',
    default: new URL('http://localhost:3000'),
    shownDefault: 'http://localhost:3000',
    read: httpUrl,
  }),
  header: list({
    shows: '<name: value>',
    help: 'a header of each request, such as one with an API key; may be repeated; the variable has one per line',
    variable: 'LOG_HEADERS',
    read: anyText,
  }),
};

import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { Output } from '../io.ts';
import type { Page } from './read-pages.ts';

/** A place for the pages of an export, in their order. */
export interface Sink {
  /** The format in which the pages are asked for. */
  readonly pageFormat: 'csv' | 'ndjson';
  /** @returns the number of rows that the page added */
  write(page: Page): Promise<number>;
  /** Resolves when everything is on the disk, or handed over to the output. */
  finish(): Promise<void>;
  /** Closes the file, whether it is whole or not. */
  close(): Promise<void>;
}

type TextTarget = Pick<Sink, 'finish' | 'close'> & { write(text: string): Promise<void> };

/** Creates a sink that writes pages as they are; in CSV, only the first one keeps its header. */
export function createTextSink(pageFormat: 'csv' | 'ndjson', target: TextTarget): Sink {
  let isFirst = true;
  return {
    pageFormat,
    async write({ text }) {
      const hasHeader = pageFormat === 'csv';
      const headerEnd = hasHeader ? text.indexOf('\r\n') + 2 : 0;
      await target.write(isFirst ? text : text.slice(headerEnd));
      isFirst = false;
      const lines = text.split(hasHeader ? '\r\n' : '\n').length - 1;
      return hasHeader ? lines - 1 : lines;
    },
    finish: () => target.finish(),
    close: () => target.close(),
  };
}

/** Writes to the output of the command, at the pace of its reader. */
export function toOutput(output: Output): TextTarget {
  return {
    async write(text) {
      if (!output.write(text)) await once(output, 'drain');
    },
    finish: async () => {},
    close: async () => {},
  };
}

/** Writes to a file, and flushes it at the end. */
export async function toFile(path: string): Promise<TextTarget> {
  const file = await open(path, 'w');
  return {
    async write(text) {
      await file.writeFile(text);
    },
    finish: () => file.sync(),
    close: () => file.close(),
  };
}

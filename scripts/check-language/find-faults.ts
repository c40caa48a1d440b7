import { readTexts } from './read-texts.ts';
import { rules } from './rules.ts';

/** Finds banned openings and words in the texts of a file, and returns a line of report for each. */
export function findFaults(path: string, content: string): string[] {
  return readTexts(path, content).flatMap(({ kind, line, text }) =>
    rules
      .filter(({ kinds }) => kinds === undefined || kinds.includes(kind))
      .filter(({ unless }) => unless === undefined || !unless.test(text))
      .flatMap(({ pattern, advice }) => {
        // A sentence goes on in the next line.
        const found = new RegExp(pattern.source.replaceAll(' ', String.raw`\s+`), pattern.flags).exec(text);
        if (found === null) return [];
        const lines = text.slice(0, found.index).split('\n').length - 1;
        return [`${path}:${line + lines}: "${found[0].trim().replaceAll(/\s+/g, ' ')}". ${advice}`];
      }),
  );
}

/**
 * Merges the metrics of several processes: each sample gets the number of its process as the label `process`, and the
 * samples of each metric are grouped, as the text format of Prometheus requires.
 */
export function mergeMetrics(texts: readonly string[]): string {
  const metrics = new Map<string, { readonly head: Set<string>; readonly samples: string[] }>();
  const entryOf = (name: string) => {
    const known = metrics.get(name) ?? { head: new Set<string>(), samples: [] };
    metrics.set(name, known);
    return known;
  };
  for (const [process, text] of texts.entries()) {
    let current = '';
    for (const line of text.split('\n')) {
      const [, name] = /^# (?:HELP|TYPE) (\S+)/.exec(line) ?? [];
      if (name !== undefined) {
        current = name;
        entryOf(name).head.add(line);
      } else if (line !== '' && !line.startsWith('#')) {
        entryOf(current).samples.push(withLabel(line, `process="${process}"`));
      }
    }
  }
  return [...metrics.values()].map(({ head, samples }) => `${[...head, ...samples].join('\n')}\n`).join('\n');
}

function withLabel(sample: string, label: string): string {
  const [, name = '', labels] = /^([^\s{]+)(\{.*\})?/.exec(sample) ?? [];
  const value = sample.slice(name.length + (labels?.length ?? 0));
  const others = labels === undefined || labels === '{}' ? '' : `,${labels.slice(1, -1).replace(/,$/, '')}`;
  return `${name}{${label}${others}}${value}`;
}

const sample = /^log_analytics_(\w+)(?:\{(.*)\})? (\S+)$/gm;

/**
 * Reads an answer of `GET /metrics`.
 * @returns  the samples of a metric by the value of a label, or by the empty text where it has no label
 */
export function gaugesOf(
  metrics: string,
): (name: string, label?: string) => Readonly<Record<string, number>> {
  const samples = [...metrics.matchAll(sample)];
  return (name, label) => {
    const found: Record<string, number> = {};
    for (const [, metric, labels = '', text] of samples) {
      if (metric !== name) continue;
      const value = label === undefined ? '' : new RegExp(`(?:^|,)${label}="([^"]*)"`).exec(labels)?.[1];
      if (value !== undefined) found[value] = Number(text);
    }
    return found;
  };
}

import type { Registry } from 'prom-client';
import type { Clock } from './ports/clock.ts';

export interface EmbeddedMetricsOptions {
  readonly registry: Registry;
  /** The namespace in CloudWatch. */
  readonly namespace: string;
  readonly clock: Clock;
  /** Writes a line to the log. */
  readonly write: (line: string) => void;
}

/** A number to count up, with its labels. */
interface Sample {
  readonly name: string;
  readonly unit: 'Count' | 'Seconds';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Creates the function that flushes metrics to CloudWatch, for instances that nobody can scrape. It writes the
 * increase since the last flush to the log in the embedded metric format, and CloudWatch reads it there.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * Call it at the end of each invocation. A histogram becomes the mean of its values since the last flush, which is
 * the value itself if there is one per invocation. Gauges describe a moment and are not flushed.
 */
export function createEmbeddedMetrics({
  registry,
  namespace,
  clock,
  write,
}: EmbeddedMetricsOptions): () => Promise<void> {
  const flushed = new Map<string, number>();
  return async () => {
    const added = samplesOf(await registry.getMetricsAsJSON()).flatMap((sample) => {
      const id = JSON.stringify([sample.name, sample.labels]);
      const value = sample.value - (flushed.get(id) ?? 0);
      flushed.set(id, sample.value);
      return value > 0 ? [{ ...sample, value }] : [];
    });
    const byLabels = new Map<string, Sample[]>();
    for (const sample of means(added)) {
      const id = JSON.stringify(sample.labels);
      byLabels.set(id, [...(byLabels.get(id) ?? []), sample]);
    }
    for (const ofLabels of byLabels.values())
      write(`${JSON.stringify(document(namespace, ofLabels, clock.now()))}\n`);
  };
}

type JsonMetrics = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Returns counters as they are, and the sum and count of each histogram. */
function samplesOf(metrics: JsonMetrics): Sample[] {
  return metrics.flatMap((metric) => {
    // prom-client returns the type of a metric as a name, although its typings declare a number.
    const type = String(metric.type);
    if (type !== 'counter' && type !== 'histogram') return [];
    return metric.values.flatMap((value) => {
      const name = 'metricName' in value ? String(value.metricName) : metric.name;
      if (name.endsWith('_bucket')) return [];
      const labels = Object.fromEntries(
        Object.entries(value.labels).map(([label, text]) => [label, text === '' ? 'none' : String(text)]),
      );
      return [
        { name, unit: name.endsWith('_seconds_sum') ? 'Seconds' : 'Count', labels, value: value.value },
      ];
    });
  });
}

/** Replaces the sum and count of each histogram with their quotient, under the histogram's name. */
function means(samples: readonly Sample[]): Sample[] {
  return samples.flatMap((sample) => {
    if (sample.name.endsWith('_count')) return [];
    if (!sample.name.endsWith('_sum')) return [sample];
    const name = sample.name.slice(0, -'_sum'.length);
    const labels = JSON.stringify(sample.labels);
    const count = samples.find(
      (other) => other.name === `${name}_count` && JSON.stringify(other.labels) === labels,
    );
    return count === undefined ? [] : [{ ...sample, name, value: sample.value / count.value }];
  });
}

function document(namespace: string, samples: readonly Sample[], now: Date): object {
  const labels = samples[0]?.labels ?? {};
  return {
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [Object.keys(labels)],
          Metrics: samples.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    ...labels,
    ...Object.fromEntries(samples.map(({ name, value }) => [name, value])),
  };
}

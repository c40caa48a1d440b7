import type { Registry } from 'prom-client';
import type { Clock } from './ports/clock.ts';

export interface EmbeddedMetricsOptions {
  readonly registry: Registry;
  /** Under which CloudWatch has them. */
  readonly namespace: string;
  readonly clock: Clock;
  /** Takes a line for the log. */
  readonly write: (line: string) => void;
}

/** A number that is counted up, with the labels that it is counted by. */
interface Sample {
  readonly name: string;
  readonly unit: 'Count' | 'Seconds';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Makes what flushes the metrics to CloudWatch, for where nobody can ask each instance: what was added since the last
 * flush is written to the log in the embedded metric format, and CloudWatch takes it from there.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * To be called at the end of each invocation. A histogram becomes the mean of what it was given since then, which is
 * the value itself where that is once an invocation. Gauges are of the moment, and not flushed.
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

/** Counters as they are; of histograms the sum and the count. */
function samplesOf(metrics: JsonMetrics): Sample[] {
  return metrics.flatMap((metric) => {
    // prom-client names the type of a metric, and its typings say that it is a number.
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

/** In place of the sum and the count of a histogram their quotient, by the histogram's name. */
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

/** What a registry holds, in a form to compare with. */
import type { Metrics } from '../../src/telemetry/metrics.ts';

/** One series with its value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** The series of our own metrics, those of histograms with their suffixes. */
export async function samples({ registry }: Pick<Metrics, 'registry'>): Promise<readonly Sample[]> {
  const metrics = await registry.getMetricsAsJSON();
  return metrics
    .filter(({ name }) => name.startsWith('galera_injector_'))
    .flatMap((metric) =>
      metric.values.map((one) => ({
        name: 'metricName' in one ? String(one.metricName) : metric.name,
        labels: one.labels as Sample['labels'],
        value: one.value,
      })),
    );
}

/** The value of one series; undefined when there is none. */
export async function valueOf(
  metrics: Pick<Metrics, 'registry'>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const found = (await samples(metrics)).filter(
    (one) =>
      one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
  );
  if (found.length > 1) throw new Error(`${name} has ${found.length} series with ${JSON.stringify(labels)}`);
  return found[0]?.value;
}

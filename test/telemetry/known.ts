/** Every series name that the injector exports, from its registry. */
import { createMetrics, observeCertificate, observeMembers } from '../../src/telemetry/metrics.ts';

/** A metric as prom-client keeps it; its types show neither labels nor type of a metric they do not know. */
export interface Declared {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

/** What the registry declares, Node's own metrics included. */
export function declared(): readonly Declared[] {
  const { registry } = createMetrics('0.0.0');
  observeCertificate(registry, () => ({ expiries: { leaf: 0, authority: 0 }, inStep: true }));
  observeMembers(registry, () => ({ ends: [], authority: null }));
  return registry.getMetricsAsArray().map((metric) => {
    const { name, help, type, labelNames } = metric as unknown as Declared;
    return { name, help, type, labelNames: [...labelNames] };
  });
}

/** Names of series with their labels; a histogram has its three, and none under its own name. */
export function known(): ReadonlyMap<string, readonly string[]> {
  return new Map(
    declared().flatMap(({ name, type, labelNames }): [string, readonly string[]][] =>
      type === 'histogram'
        ? [
            [`${name}_bucket`, [...labelNames, 'le']],
            [`${name}_sum`, labelNames],
            [`${name}_count`, labelNames],
          ]
        : [[name, labelNames]],
    ),
  );
}

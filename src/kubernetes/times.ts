/** Times in objects of the API, which are text in JSON and Dates in the client library's types. */

/**
 * Fields of the library's type Date in the kinds that are read here: metadata, and the state of pods, their containers
 * and workloads. Times with microseconds, as a Lease has, stay text, as the library leaves them.
 */
const TIMES: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionTimestamp',
  'finishedAt',
  'firstTimestamp',
  'lastProbeTime',
  'lastTimestamp',
  'lastTransitionTime',
  'lastUpdateTime',
  'startTime',
  'startedAt',
  'time',
  'timeAdded',
]);

/** Fields whose keys are chosen by users, and managed fields, which are about names and not values. */
const FREE: ReadonlySet<string> = new Set([
  'annotations',
  'binaryData',
  'data',
  'fieldsV1',
  'labels',
  'matchLabels',
  'nodeSelector',
  'selector',
  'stringData',
]);

/** The parsed answer, changed in place: the text of every time replaced by its Date. */
export function withDates(value: unknown): unknown {
  if (Array.isArray(value)) for (const one of value) withDates(one);
  else if (typeof value === 'object' && value !== null) {
    const object = value as Record<string, unknown>;
    for (const [key, field] of Object.entries(object)) {
      if (typeof field === 'object') {
        if (!FREE.has(key)) withDates(field);
      } else if (typeof field === 'string' && TIMES.has(key)) object[key] = new Date(field);
    }
  }
  return value;
}

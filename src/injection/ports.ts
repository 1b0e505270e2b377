/** The ports of the database container. */
import { member, objects, text } from './json.ts';
import { GALERA_PORTS } from './names.ts';
import { appendItems } from './operations.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, sentence } from './text.ts';
import type { JsonObject, Warning } from './types.ts';

/** Declares the Galera ports the container does not declare; a name in use elsewhere is left out. */
export function ports({ pod, container }: Target): Contribution {
  const own = objects(container.json, 'ports', `spec.containers[${container.index}].ports`);
  const numbers = new Set(own.filter(isTcp).map((port) => member(port, 'containerPort')));
  const missing = GALERA_PORTS.filter(({ port }) => !numbers.has(port));
  const taken = missing.filter(({ name }) => own.some((port) => text(port, 'name') === name));
  const added = missing.map((wanted) => ({
    ...(taken.includes(wanted) ? {} : { name: wanted.name }),
    containerPort: wanted.port,
    // Written out: the API merges ports by number and protocol.
    protocol: 'TCP',
  }));
  const warnings = taken.map(({ name, port }): Warning => {
    const message = `Container ${quoted(container.name)} calls another port ${quoted(name)}; Galera needs ${port} under that name`;
    return { reason: 'port_name_taken', message: sentence(message) };
  });
  return {
    operations: appendItems(pod.json, ['spec', 'containers', container.index, 'ports'], added),
    warnings,
    provenance: missing.map(({ name, port }) => ({
      what: `port ${port}`,
      value: name,
      source: 'the Galera protocol',
    })),
  };
}

function isTcp(port: JsonObject): boolean {
  return (text(port, 'protocol') ?? 'TCP') === 'TCP';
}

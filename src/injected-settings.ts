/** The setting `GALERA_INJECTOR_INJECTED`: JSON in, checked settings of the injected container out. */
import { INJECTED_DEFAULTS } from './injection/index.ts';
import type { InjectedSettings, JsonObject } from './injection/index.ts';

const VARIABLE = 'GALERA_INJECTOR_INJECTED';

/** Adds a sentence to `problems` for everything that is wrong. What is left out has the default of `INJECTED_DEFAULTS`. */
export function readInjectedSettings(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): InjectedSettings {
  const given = parsed(env[VARIABLE] || '{}', problems);
  refuseOthers(given, VARIABLE, ['resources', 'securityContext', 'imagePullSecrets'], problems);
  const { resources, securityContext, imagePullSecrets } = given;
  return {
    resources: resources === undefined ? INJECTED_DEFAULTS.resources : readResources(resources, problems),
    securityContext:
      securityContext === undefined
        ? INJECTED_DEFAULTS.securityContext
        : object(securityContext, 'securityContext', problems),
    imagePullSecrets:
      imagePullSecrets === undefined
        ? INJECTED_DEFAULTS.imagePullSecrets
        : readNames(imagePullSecrets, problems),
  };
}

function parsed(text: string, problems: string[]): JsonObject {
  try {
    return object(JSON.parse(text), '', problems);
  } catch {
    problems.push(`${VARIABLE} is ${JSON.stringify(text)}; allowed is a JSON object`);
    return {};
  }
}

function readResources(value: unknown, problems: string[]): JsonObject {
  const resources = object(value, 'resources', problems);
  refuseOthers(resources, `${VARIABLE}.resources`, ['requests', 'limits'], problems);
  for (const [kind, amounts] of Object.entries(resources)) {
    for (const [name, amount] of Object.entries(object(amounts, `resources.${kind}`, problems))) {
      if (typeof amount === 'number' || (typeof amount === 'string' && /^[0-9.]+[A-Za-z]*$/.test(amount)))
        continue;
      const what = `${VARIABLE}.resources.${kind}.${name}`;
      problems.push(`${what} is ${JSON.stringify(amount)}; allowed is a quantity such as 100m or 64Mi`);
    }
  }
  return resources;
}

function readNames(value: unknown, problems: string[]): readonly string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== ''))
    return value as string[];
  problems.push(`${VARIABLE}.imagePullSecrets is ${JSON.stringify(value)}; allowed is a list of names`);
  return [];
}

function refuseOthers(given: JsonObject, field: string, known: readonly string[], problems: string[]): void {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) problems.push(`${field}.${key} is not known; allowed are ${known.join(', ')}`);
  }
}

function object(value: unknown, field: string, problems: string[]): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  const name = field === '' ? VARIABLE : `${VARIABLE}.${field}`;
  problems.push(`${name} is ${JSON.stringify(value)}; allowed is an object`);
  return {};
}

/** The settings of the injected container: JSON in, checked values out. */
import { INJECTED_DEFAULTS } from './injection/index.ts';
import type { InjectedSettings, JsonObject } from './injection/index.ts';

export const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'] as const;

/**
 * Reads the settings. What is left out has the default of `INJECTED_DEFAULTS`.
 *
 * @param name what messages call the setting
 * @param json an object as JSON
 * @param problems gets a sentence for everything that is wrong
 */
export function readInjectedSettings(name: string, json: string, problems: string[]): InjectedSettings {
  const given = parsed(name, json, problems);
  refuseOthers(given, name, ['resources', 'securityContext', 'imagePullSecrets'], problems);
  const { resources, securityContext, imagePullSecrets } = given;
  return {
    resources:
      resources === undefined ? INJECTED_DEFAULTS.resources : readResources(name, resources, problems),
    securityContext:
      securityContext === undefined
        ? INJECTED_DEFAULTS.securityContext
        : object(securityContext, `${name}.securityContext`, problems),
    imagePullSecrets:
      imagePullSecrets === undefined
        ? INJECTED_DEFAULTS.imagePullSecrets
        : readNames(name, imagePullSecrets, problems),
  };
}

function parsed(name: string, text: string, problems: string[]): JsonObject {
  try {
    return object(JSON.parse(text), name, problems);
  } catch {
    problems.push(`${name} is ${JSON.stringify(text)}; allowed is a JSON object`);
    return {};
  }
}

function readResources(setting: string, value: unknown, problems: string[]): JsonObject {
  const resources = object(value, `${setting}.resources`, problems);
  refuseOthers(resources, `${setting}.resources`, ['requests', 'limits'], problems);
  for (const [kind, amounts] of Object.entries(resources)) {
    for (const [name, amount] of Object.entries(object(amounts, `${setting}.resources.${kind}`, problems))) {
      if (typeof amount === 'number' || (typeof amount === 'string' && /^[0-9.]+[A-Za-z]*$/.test(amount)))
        continue;
      const what = `${setting}.resources.${kind}.${name}`;
      problems.push(`${what} is ${JSON.stringify(amount)}; allowed is a quantity such as 100m or 64Mi`);
    }
  }
  return resources;
}

function readNames(setting: string, value: unknown, problems: string[]): readonly string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== ''))
    return value as string[];
  problems.push(`${setting}.imagePullSecrets is ${JSON.stringify(value)}; allowed is a list of names`);
  return [];
}

function refuseOthers(given: JsonObject, field: string, known: readonly string[], problems: string[]): void {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) problems.push(`${field}.${key} is not known; allowed are ${known.join(', ')}`);
  }
}

function object(value: unknown, field: string, problems: string[]): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  problems.push(`${field} is ${JSON.stringify(value)}; allowed is an object`);
  return {};
}

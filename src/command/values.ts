/** The values that the injector's chart is installed with, as far as they decide what is injected. */
import { PULL_POLICIES, readInjectedSettings } from '../injected-settings.ts';
import {
  isObject,
  type JsonObject,
  objectAt,
  readImageRules,
  type Settings,
  text,
} from '../injection/index.ts';
import { CommandError, type CommandIo, nameOfFile, readInput } from './io.ts';
import { parseManifests } from './manifests/index.ts';
import type { ManifestOptions } from './options.ts';

/** A kind that the chart lets the injector read. */
export interface ReadableController {
  readonly apiGroup: string;
  readonly resource: string;
}

/** How the injector is installed. */
export interface Installation {
  readonly settings: Omit<Settings, 'certificateAuthority'>;
  /** Kinds besides the known ones that the injector may read; undefined where no values say. */
  readonly controllers?: readonly ReadableController[];
}

/** What options and values set, the options first. @throws CommandError naming each value that is wrong */
export async function installationOf(options: ManifestOptions, io: CommandIo): Promise<Installation> {
  const { version, coordinator, ...given } = options.settings;
  const own = {
    image: `galera-injector:${version}`,
    imagePullPolicy: 'IfNotPresent',
    version,
    coordinator,
  } as const;
  if (options.values.length === 0) return { settings: { ...own, ...given } };
  let values: JsonObject = {};
  for (const file of options.values) values = merged(values, await valuesIn(file, io));
  const problems: string[] = [];
  const images = readImageRules('images', JSON.stringify(values['images'] ?? []), problems);
  const { imagePullPolicy: policy, ...rest } = objectAt(values, 'injected');
  const injected = readInjectedSettings('injected', JSON.stringify(rest), problems);
  const controllers = readControllers(values['controllers'] ?? [], problems);
  const image = imageOf(values, version, problems);
  const pullPolicy = policyOf(policy || objectAt(values, 'image')['pullPolicy'], problems);
  if (problems.length > 0)
    throw new CommandError(`${options.values.map(nameOfFile).join(', ')}: ${problems.join('; ')}`);
  return { settings: { ...own, image, ...pullPolicy, ...given, images, injected }, controllers };
}

async function valuesIn(file: string, io: CommandIo): Promise<JsonObject> {
  const name = nameOfFile(file);
  const [values = {}, ...others] = parseManifests(await readInput(file, io), name)
    .map(({ json }) => json)
    .filter((json) => json !== null);
  if (others.length === 0 && isObject(values)) return values;
  throw new CommandError(
    `${name} holds no values of the chart: one mapping, such as "images: []", is allowed`,
  );
}

/** The values of a further file over those before it, as Helm merges them. */
function merged(below: JsonObject, above: JsonObject): JsonObject {
  const entries = Object.entries(above).map(([key, value]) => {
    const under = Object.hasOwn(below, key) ? below[key] : undefined;
    return [key, isObject(value) && isObject(under) ? merged(under, value) : value] as const;
  });
  return { ...below, ...Object.fromEntries(entries) };
}

/** The image as the chart writes it (its `_helpers.tpl`). */
function imageOf(values: JsonObject, version: string, problems: string[]): string {
  const image = objectAt(values, 'image');
  const at = (key: string): string => {
    const value = image[key] ?? '';
    if (typeof value === 'string') return value;
    problems.push(`image.${key} is ${JSON.stringify(value)}; allowed is text: put it in quotes`);
    return '';
  };
  const [repository, tag, digest] = [
    at('repository') || 'galera-injector',
    at('tag') || version,
    at('digest'),
  ];
  const registry = text(objectAt(values, 'global'), 'imageRegistry') || at('registry');
  const isWhole = registry === '' || /^([^/]*[.:][^/]*|localhost)\//.test(repository);
  const name = isWhole ? repository : `${registry.replace(/\/$/, '')}/${repository}`;
  return digest === '' ? `${name}:${tag}` : `${name}@${digest}`;
}

function policyOf(value: unknown, problems: string[]): Partial<Pick<Settings, 'imagePullPolicy'>> {
  if (value === undefined) return {};
  const found = PULL_POLICIES.find((one) => one === value);
  if (found !== undefined) return { imagePullPolicy: found };
  problems.push(`the pull policy is ${JSON.stringify(value)}; allowed is ${PULL_POLICIES.join(', ')}`);
  return {};
}

function readControllers(list: unknown, problems: string[]): readonly ReadableController[] {
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  if (!Array.isArray(list))
    problems.push(`controllers is ${JSON.stringify(list)}; allowed is a list of {apiGroup, resource}`);
  return entries.flatMap((entry, index) => {
    const { apiGroup, resource } = isObject(entry) ? entry : {};
    const isGroup = typeof apiGroup === 'string' && /^[a-z0-9.-]+\.[a-z0-9.-]+$/.test(apiGroup);
    const isResource = typeof resource === 'string' && /^[a-z][a-z0-9]*$/.test(resource);
    const at = `controllers[${index}]`;
    if (!isGroup)
      problems.push(`${at}.apiGroup is ${JSON.stringify(apiGroup)}; allowed is a group such as example.com`);
    if (!isResource)
      problems.push(
        `${at}.resource is ${JSON.stringify(resource)}; allowed is the plural, such as databases`,
      );
    return isGroup && isResource ? [{ apiGroup, resource }] : [];
  });
}

/** Whether the injector may read an object of a kind that others bring. */
export function mayRead(controllers: readonly ReadableController[], group: string, kind: string): boolean {
  // The plural of a kind, which only a cluster knows for certain.
  const one = kind.toLowerCase();
  const plurals = [one, `${one}s`, `${one}es`, one.replace(/y$/, 'ies')];
  return controllers.some(({ apiGroup, resource }) => apiGroup === group && plurals.includes(resource));
}

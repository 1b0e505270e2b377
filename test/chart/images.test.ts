/** Where the image comes from, and by which Secrets it is pulled. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { helmPath } from '../../scripts/helm.ts';
import { readServeConfig } from '../../src/config.ts';
import { INJECTED_DEFAULTS } from '../../src/injection/index.ts';
import { chart, helm, only, render, type Rendered, renderTest } from './render.ts';

interface Spec {
  readonly imagePullSecrets?: readonly object[];
  readonly containers: readonly [
    { readonly image: string; readonly env: readonly { readonly name: string; readonly value?: string }[] },
  ];
}

beforeAll(helmPath, 120_000);

async function pod(...words: string[]): Promise<Spec> {
  type Deployment = Rendered & { readonly spec: { readonly template: { readonly spec: Spec } } };
  return (only(await render(...words), 'Deployment') as Deployment).spec.template.spec;
}

describe('the image', () => {
  it.each([
    ['', 'galera-injector:0.1.0'],
    ['image.registry=r.corp', 'r.corp/galera-injector:0.1.0'],
    ['image.registry=r.corp,image.repository=db/injector,image.tag=v7', 'r.corp/db/injector:v7'],
    ['global.imageRegistry=g.corp:5000/', 'g.corp:5000/galera-injector:0.1.0'],
    ['global.imageRegistry=g.corp,image.registry=r.corp', 'g.corp/galera-injector:0.1.0'],
    ['global.imageRegistry=g.corp,image.repository=own.corp/injector', 'own.corp/injector:0.1.0'],
    ['global.imageRegistry=g.corp,image.repository=localhost/injector', 'localhost/injector:0.1.0'],
  ])('with %j is %s, for the test too', async (settings, image) => {
    const words = settings === '' ? [] : ['--set', settings];
    expect((await pod(...words)).containers[0].image).toBe(image);
    expect(only(await renderTest(...words), 'Pod')).toMatchObject({ spec: { containers: [{ image }] } });
  });
});

describe('the pull secrets of the injector', () => {
  it.each<[string, readonly string[]]>([
    ['imagePullSecrets[0].name=own', ['own']],
    ['global.imagePullSecrets[0]=all', ['all']],
    ['global.imagePullSecrets[0].name=all', ['all']],
    ['imagePullSecrets[0].name=own,global.imagePullSecrets={all,own}', ['own', 'all']],
  ])('with %s are %j', async (settings, names) => {
    const expected = { imagePullSecrets: names.map((name) => ({ name })) };
    expect(await pod('--set', settings)).toMatchObject(expected);
    expect(only(await renderTest('--set', settings), 'Pod')).toMatchObject({ spec: expected });
  });
});

describe('the settings of the injected container', () => {
  const read = async (...words: string[]) => {
    const { containers } = await pod(...words);
    const env = Object.fromEntries(containers[0].env.map(({ name, value }) => [name, value]));
    return readServeConfig({ ...env, POD_NAMESPACE: 'galera-system', POD_NAME: 'injector-x' });
  };

  it('are the defaults of the injection, unless they are set', async () => {
    expect(await read()).toMatchObject({ image: null, injected: INJECTED_DEFAULTS });
  });

  it('reach the injector as they are set', async () => {
    const words = [
      'injected.imagePullSecrets={registry}',
      'injected.imagePullPolicy=Always',
      'injected.resources.requests.cpu=20m',
      'injected.securityContext.seccompProfile.type=RuntimeDefault',
      'injected.securityContext.readOnlyRootFilesystem=null',
    ];
    const { readOnlyRootFilesystem: _, ...rest } = INJECTED_DEFAULTS.securityContext;
    expect(await read('--set', words.join(','))).toMatchObject({
      imagePullPolicy: 'Always',
      injected: {
        imagePullSecrets: ['registry'],
        resources: { requests: { cpu: '20m' } },
        securityContext: { ...rest, seccompProfile: { type: 'RuntimeDefault' } },
      },
    });
    expect((await read('--set', words.join(','))).injected.securityContext).not.toHaveProperty(
      'readOnlyRootFilesystem',
    );
  });
});

describe('another value in global', () => {
  const words = ['--set', 'global.storageClass=fast'];

  it('is refused, with the remedy', async () => {
    await expect(render(...words)).rejects.toThrow(
      'global.storageClass has no meaning here: set imageRegistry or imagePullSecrets in global, or take it out',
    );
  });

  describe('of an umbrella chart', () => {
    let umbrella: string;
    beforeAll(async () => {
      umbrella = await mkdtemp(join(tmpdir(), 'umbrella-'));
      await mkdir(join(umbrella, 'charts'));
      await symlink(chart, join(umbrella, 'charts', 'galera-injector'));
      const { version } = parse(await helm('show', 'chart', chart)) as { version: string };
      await writeFile(
        join(umbrella, 'Chart.yaml'),
        `{ apiVersion: v2, name: platform, version: ${version} }\n`,
      );
    });
    afterAll(() => rm(umbrella, { recursive: true }));

    it('is meant for the other charts, and lets this one pass', async () => {
      const text = await helm('template', 'p', umbrella, ...words, '--set', 'global.imageRegistry=g.corp');
      const objects = parseAllDocuments(text).map((document) => document.toJS() as Rendered);
      expect(only(objects, 'Deployment')).toMatchObject({
        spec: { template: { spec: { containers: [{ image: 'g.corp/galera-injector:0.1.0' }] } } },
      });
    });
  });
});

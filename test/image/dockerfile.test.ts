import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  agentFolder,
  applicationFolder,
  imageCommand,
  imageEntrypoint,
  imageEnvironment,
  imageLabels,
  imageUser,
} from '../../scripts/image-config.ts';

const root = join(import.meta.dirname, '..', '..');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const finalStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

/** The arguments of an instruction in the final stage, one entry a use. */
function instruction(name: string): string[] {
  return [...finalStage.matchAll(new RegExp(`^${name} +(.*)$`, 'gm'))].map(([, words]) => words ?? '');
}

describe('the Dockerfile', () => {
  it('runs the same command as the image archive, as the same user', () => {
    expect(instruction('ENTRYPOINT').map((words) => JSON.parse(words) as unknown)).toEqual([imageEntrypoint]);
    expect(instruction('CMD').map((words) => JSON.parse(words) as unknown)).toEqual([imageCommand]);
    expect(instruction('USER')).toEqual([imageUser]);
    expect(instruction('ENV')).toEqual(
      Object.entries(imageEnvironment).map(([name, value]) => `${name}=${value}`),
    );
  });

  it('puts the same folders in place', () => {
    const targets = instruction('COPY').map((words) => words.split(' ').at(-1));
    expect(targets).toEqual([`${applicationFolder}/`, `${applicationFolder}/LICENSE`, `${agentFolder}/`]);
  });

  it('labels the image with the version of the package', () => {
    expect(instruction('ARG')).toEqual([`VERSION=${version}`, 'REVISION=unknown']);
    const labels = [...(instruction('LABEL')[0] ?? '').matchAll(/(\S+)="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [
        name,
        value.replace('${VERSION}', version).replace('${REVISION}', 'unknown'),
      ],
    );
    expect(Object.fromEntries(labels)).toEqual(imageLabels(version, 'unknown'));
  });

  it('takes the Node version that .nvmrc names, in both stages', () => {
    const major = readFileSync(join(root, '.nvmrc'), 'utf8').trim();
    const images = [...dockerfile.matchAll(/^FROM +(\S+)/gm)].map(([, image]) => image);
    expect(images).toEqual([
      `docker.io/library/node:${major}-trixie-slim`,
      `gcr.io/distroless/nodejs${major}-debian13:nonroot`,
    ]);
  });

  it('copies nothing that .dockerignore keeps out', () => {
    const allowed = readFileSync(join(root, '.dockerignore'), 'utf8').matchAll(/^!(.+)$/gm);
    const sources = [...dockerfile.matchAll(/^COPY +(?!--from)(?:--\S+ +)?(.+)$/gm)].flatMap(
      ([, words = '']) => words.split(' ').slice(0, -1),
    );
    expect(new Set(sources.map((source) => source.replace(/\/$/, '')))).toEqual(
      new Set([...allowed].map(([, name]) => name)),
    );
  });
});

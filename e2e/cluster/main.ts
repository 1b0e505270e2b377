import { dirname } from 'node:path';
import { componentNames } from './components.ts';
import { isHealthy } from './health.ts';
import { bootCluster, endCluster } from './index.ts';
import { layout } from './paths.ts';
import { isAlive, readRecord } from './processes.ts';
import { clientPrograms } from './programs.ts';
import { elapsed, toStderr } from './progress.ts';
import { runAttached } from './run.ts';

const usage = `A real Kubernetes on this machine, for the end-to-end tests and the demo.

  npx tsx e2e/cluster/main.ts up           boot it (or find it running) and print its kubeconfig's path
  npx tsx e2e/cluster/main.ts down         end it and remove what it left
  npx tsx e2e/cluster/main.ts status       say which parts run
  npx tsx e2e/cluster/main.ts kubeconfig   print the path of the kubeconfig
  npx tsx e2e/cluster/main.ts env          print shell lines that set KUBECONFIG and PATH
  npx tsx e2e/cluster/main.ts kubectl ...  run its kubectl; helm likewise
`;

async function main([command, ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case 'up': {
      const start = Date.now();
      const { kubeconfig } = await bootCluster();
      toStderr(`Ready after ${elapsed(start)}. Kubeconfig: `);
      process.stdout.write(`${kubeconfig}\n`);
      return 0;
    }
    case 'down':
      await endCluster();
      return 0;
    case 'status':
      return status();
    case 'kubeconfig':
      process.stdout.write(`${layout().kubeconfig}\n`);
      return 0;
    case 'env':
      return env();
    case 'kubectl':
    case 'helm': {
      const programs = await clientPrograms();
      return runAttached(programs[command], rest, { ...process.env, KUBECONFIG: layout().kubeconfig });
    }
    case undefined:
    case '--help':
      process.stdout.write(usage);
      return 0;
    default:
      process.stderr.write(`"${command}" is no command of this harness.\n\n${usage}`);
      return 2;
  }
}

async function status(): Promise<number> {
  const paths = layout();
  for (const name of componentNames) {
    const record = await readRecord(paths, name);
    const alive = record !== undefined && (await isAlive(record));
    process.stdout.write(`${name.padEnd(24)} ${alive ? `runs, pid ${record.pid}` : 'does not run'}\n`);
  }
  const healthy = await isHealthy(paths, await clientPrograms(), 1);
  process.stdout.write(`${'node'.padEnd(24)} ${healthy ? 'Ready' : 'not Ready'}\n`);
  return healthy ? 0 : 1;
}

async function env(): Promise<number> {
  const { kubectl, helm } = await clientPrograms();
  process.stdout.write(`export KUBECONFIG=${layout().kubeconfig}\n`);
  process.stdout.write(`export PATH=${dirname(kubectl)}:${dirname(helm)}:$PATH\n`);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

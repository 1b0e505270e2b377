/** What a person may do next, as commands to copy. */
import { demoNamespace, injectorNamespace, quoted, shellSetup, type Target, typedKubectl } from './target.ts';

/** The command that removes everything again. */
export function downCommand(context: string | undefined): string {
  return `npm run demo -- ${context === undefined ? '' : `--context ${quoted(context)} `}--down`;
}

/** The command that goes on where an earlier run stopped. */
export function againCommand(context: string | undefined): string {
  return context === undefined ? 'npm run demo' : `npm run demo -- --context ${quoted(context)}`;
}

/** After a cluster has formed: how to hurt it, and what to look at. */
export function whatNext(target: Target, container: string): string {
  const kubectl = typedKubectl(target);
  const here = `-n ${demoNamespace}`;
  return text('What to try next:', target, [
    [
      'kill a server and see it come back',
      `${kubectl} exec ${here} db-1 -c ${container} -- sh -c 'kill -KILL -1'`,
    ],
    ['delete the pod that formed the cluster', `${kubectl} delete pod ${here} db-0`],
    ['watch them return, Synced again when ready', `${kubectl} get pods ${here} -l app=db --watch`],
    ['grow to five nodes', `${kubectl} scale statefulset db ${here} --replicas=5`],
    ['read what each pod was told and why', `${kubectl} get events ${here} --sort-by=.lastTimestamp`],
    [
      'see the record that keeps it one cluster',
      `${kubectl} get lease -n ${injectorNamespace} ${demoNamespace}.db -o yaml`,
    ],
    [
      'ask the cluster through its Service',
      `${kubectl} exec -it ${here} db-2 -c ${container} -- sh -c 'MYSQL_PWD=$MARIADB_ROOT_PASSWORD mariadb -uroot -h db-mysql demo'`,
    ],
    ['remove everything', downCommand(target.context)],
  ]);
}

/** After a failure: where to look. */
export function whereToLook(target: Target): string {
  const kubectl = typedKubectl(target);
  const here = `-n ${demoNamespace}`;
  return text('The cluster is left as it is. To see more:', target, [
    ['the pods', `${kubectl} get pods -A -o wide`],
    ['what happened to them', `${kubectl} get events ${here} --sort-by=.lastTimestamp`],
    ["a node's own log", `${kubectl} logs ${here} db-0 --all-containers`],
    ["the injector's log", `${kubectl} logs -n ${injectorNamespace} deployment/galera-injector`],
    ['try again', againCommand(target.context)],
    ['remove everything', downCommand(target.context)],
  ]);
}

function text(title: string, target: Target, commands: readonly (readonly [string, string])[]): string {
  const setup = shellSetup(target);
  const lines = commands.map(([what, command]) => `  # ${what}\n  ${command}\n`);
  const first = setup === undefined ? '' : `  # once in your shell\n  ${setup}\n`;
  return `${title}\n${first}${lines.join('')}`;
}

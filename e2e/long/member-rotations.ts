/** `npm run member-rotations`: members change certificates and authorities again and again while clients write. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { example } from '../support/examples.ts';
import { origin } from '../support/origin.ts';
import setup from '../support/setup.ts';
import { count } from './options.ts';
import { type MemberRotations, QUICK_MEMBERS, rotateMembers } from './rotate-members.ts';
import { upgrade } from './rotate.ts';
import { writeSection } from './section.ts';

const HELP = `Rotates the certificates of three members and their authorities while clients write over verified TLS.

  --leaves N        how many certificates at least (default: 20, about 11 minutes)
  --authorities N   how many authorities at least (default: 5)

Uses the cluster of KUBECONFIG when that is set, else boots one (root). Writes its result to docs/long-runs.md.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      leaves: { type: 'string', default: '20' },
      authorities: { type: 'string', default: '5' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const [leaves, authorities] = [
    count('--leaves', values.leaves),
    count('--authorities', values.authorities),
  ];
  const tearDown = await setup();
  try {
    await upgrade(QUICK_MEMBERS);
    const found = await rotateMembers(await example('statefulset'), leaves, authorities);
    const text = report(found, await origin());
    await writeSection('Rotations of members', text);
    process.stdout.write(`${text}\n`);
    const enough = found.leaves >= leaves && found.authorities >= authorities;
    return enough && found.faults.length === 0 ? 0 : 1;
  } finally {
    await tearDown();
  }
}

function report(found: MemberRotations, from: string): string {
  return [
    `\`npm run member-rotations\` · ${from}`,
    '',
    `Three members, \`${QUICK_MEMBERS.join(',')}\`, ${found.seconds} s. To each member one client kept its connection, and`,
    'another opened one a row; both verified the server by the ConfigMap.',
    '',
    '| what | result |',
    '| --- | --- |',
    `| certificates that each server has read at least | ${found.leaves} |`,
    `| authorities that signed them | ${found.authorities} |`,
    `| rows acknowledged over connections that were kept | ${found.kept} |`,
    `| rows acknowledged over a connection each | ${found.opened} |`,
    `| connections that ended, writes that failed, changes of the view, restarts, rows that a member lacks | ${found.faults.length} |`,
    ...(found.faults.length === 0 ? [] : ['', ...found.faults.slice(0, 10).map((one) => `- ${one}`)]),
  ].join('\n');
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`member-rotations: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

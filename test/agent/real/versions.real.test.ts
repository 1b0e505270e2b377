/** What differs from one version of the server to the next: the one that is here is held to ../version-facts.ts. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { applies, FACTS } from '../version-facts.ts';
import type { RealNode } from './node.ts';
import { realNodes, TIMEOUT, unavailable } from './nodes.ts';

const run = promisify(execFile);
const SETTINGS = join(import.meta.dirname, '../../../agent/lib/settings.sh');

/** What a command or a statement says, whether it is taken or refused. */
async function said(command: Promise<string | { readonly stdout: string }>): Promise<string> {
  try {
    const answer = await command;
    return typeof answer === 'string' ? answer : answer.stdout;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    return stderr + stdout;
  }
}

const version = (node: RealNode) => node.sql('SELECT VERSION()');

/** The provider options by name, as the provider prints them. */
async function providerOptions(node: RealNode): Promise<ReadonlyMap<string, string>> {
  const pairs = (await node.sql('SELECT @@wsrep_provider_options')).split(';').filter((pair) => pair.trim());
  return new Map(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
      return [name, value];
    }),
  );
}

/** Those that are on or off, as NAME=1 or NAME=0. */
function switches(options: ReadonlyMap<string, string>): readonly string[] {
  return [...options].flatMap(([name, value]) => {
    if (/^(yes|true|1)$/.test(value)) return [`${name}=1`];
    return /^(no|false|0)$/.test(value) ? [`${name}=0`] : [];
  });
}

async function providerVariables(node: RealNode): Promise<readonly string[]> {
  const shown = await node.sql(String.raw`SHOW GLOBAL VARIABLES LIKE 'wsrep\_provider\_%'`);
  return shown
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '')
    .filter((name) => name !== '' && name !== 'wsrep_provider_options');
}

/** The names of the provider's that the start script reads in options of the server. */
async function readAsSingle(names: readonly string[]): Promise<readonly string[]> {
  const script = 'source "$0"; for one; do read_single "--$one" && printf "%s\\n" "$single_name"; done';
  const { stdout } = await run('bash', ['-c', script, SETTINGS, ...names]);
  return stdout.split('\n').filter((name) => name !== '');
}

/** For a tool that calls the server as root. */
function asRoot({ pod }: RealNode): readonly string[] {
  return [`--socket=${pod.path('run/socket')}`, '--user=root', '--password=secret'];
}

describe.skipIf(unavailable)('a server of this version', { timeout: TIMEOUT }, () => {
  const { coordinator, first } = realNodes();

  it('has a variable for each provider option, by a name that the start script reads, or none', async () => {
    await first().startSynced();
    const isNew = applies(FACTS.providerVariables, await version(first()));
    const variables = await providerVariables(first());
    expect(variables.length > 0).toBe(isNew);
    const read = await readAsSingle(variables);
    expect(read).toHaveLength(variables.length);
    const known = isNew ? [...(await providerOptions(first())).keys()] : [];
    expect(read).toEqual(expect.arrayContaining(known));
  });

  it('takes a change of the provider options by their text or by their variables, not by both', async () => {
    await first().startSynced();
    const [byText, byVariable] = [
      await said(first().sql("SET GLOBAL wsrep_provider_options = 'gcs.fc_limit=20'")),
      await said(first().sql('SET GLOBAL wsrep_provider_gcs_fc_limit = 20')),
    ];
    const refused = applies(FACTS.textRefused, await version(first()));
    expect(refused ? byVariable : byText).toBe('');
    expect(refused ? byText : byVariable).toContain(
      refused
        ? 'wsrep_provider_options cannot be changed while the wsrep-provider plugin is loaded'
        : "Unknown system variable 'wsrep_provider_gcs_fc_limit'",
    );
    expect((await providerOptions(first())).get('gcs.fc_limit')).toBe('20');
  });

  it('keeps provider options that are given one by one from the provider where there is a text of them', async () => {
    await first().startSynced('--loose-wsrep-provider-gcs-fc-limit=99');
    expect((await providerOptions(first())).get('gcs.fc_limit')).toBe('16');
    const shown = await first().sql("SHOW GLOBAL VARIABLES LIKE 'wsrep_provider_gcs_fc_limit'");
    expect(shown.split('\t')[1]).toBe(
      applies(FACTS.singlesIgnored, await version(first())) ? '99' : undefined,
    );
  });

  it('has a provider that takes 1 and 0 for what is on or off', async () => {
    await first().startSynced();
    const before = switches(await providerOptions(first()));
    expect(before.length).toBeGreaterThan(10);
    await first().stop('SIGTERM');
    coordinator().answers = ['bootstrap -', 'ok'];
    first().pod.environment['GALERA_PROVIDER_OPTIONS'] = before.join(';');
    await first().startSynced();
    expect(switches(await providerOptions(first()))).toEqual(expect.arrayContaining([...before]));
  });

  it('says what its options are beside one that it does not know', async () => {
    for (const question of [['--print-defaults'], ['--verbose', '--help']]) {
      const server = ['--no-defaults', ...question, '--no-such-option=1', '--port=3307'];
      expect(await said(run('gosu', ['mysql', 'mariadbd', ...server]))).toMatch(/--port=3307|^port +3307$/m);
    }
  });

  it('has a mariadb-backup that takes the size of the buffer pool from an option file alone', async () => {
    const { pod } = first();
    await first().startSynced();
    await pod.write('own.cnf', '[mysqld]\ninnodb-buffer-pool-size=16M\n');
    const backup = (...words: string[]) =>
      said(run('mariadb-backup', [`--defaults-file=${pod.path('own.cnf')}`, ...words, ...asRoot(first())]));
    const all = ['--backup', `--datadir=${pod.path('data')}`, `--target-dir=${pod.path('copy')}`];
    const words = applies(FACTS.backupWithoutPoolSize, await version(first())) ? 'unknown variable' : '';
    expect(await backup('--innodb-buffer-pool-size=16M', ...all)).toContain(words);
    expect(await backup(...all)).toBe('');
    expect(pod.has('copy/ibdata1')).toBe(true);
  });

  it('names the files of a backup as its version does', async () => {
    const { pod } = first();
    await first().startSynced();
    const where = [`--datadir=${pod.path('data')}`, `--target-dir=${pod.path('copy')}`];
    await run('mariadb-backup', ['--no-defaults', '--backup', ...where, ...asRoot(first())]);
    const names = (await readdir(pod.path('copy'))).filter((name) => /backup_/.test(name));
    const prefix = applies(FACTS.backupFiles, await version(first())) ? 'mariadb_backup' : 'xtrabackup';
    expect(names.toSorted()).toEqual(['checkpoints', 'info'].map((one) => `${prefix}_${one}`));
  });

  it('has a mariadb-upgrade that leaves its version in one file', async () => {
    const { pod } = first();
    await first().startSynced();
    const words = ['mariadb-upgrade', '--no-defaults', '--force', '--upgrade-system-tables'];
    await run('gosu', ['mysql', ...words, ...asRoot(first())]);
    const names = (await readdir(pod.path('data'))).filter((name) => name.endsWith('_upgrade_info'));
    const isNew = applies(FACTS.upgradeMark, await version(first()));
    expect(names).toEqual([`${isNew ? 'mariadb' : 'mysql'}_upgrade_info`]);
    const [number = '?'] = (await version(first())).split('-');
    expect(await pod.read(`data/${names[0]}`)).toMatch(new RegExp(`^${number}-`));
  });
});

/**
 * What servers of one version do and those of another do not, as far as the code depends on it. docs/version-facts.md is
 * made of this table; the tests on real servers hold each version that they meet to it.
 */

/** Whose fact it is. */
type Subject = 'MariaDB' | 'Galera' | 'Percona XtraDB Cluster';

export interface VersionFact {
  readonly of: Subject;
  readonly fact: string;
  /** The first version that is known to have it, of each series, in order. Empty where none without it is known. */
  readonly since: readonly string[];
  /** The versions that it was measured with, where that says more. */
  readonly seen?: string;
  /** What depends on it: paths from the root. */
  readonly code: readonly string[];
  /** The test that holds it: its file, and its title as it stands there. */
  readonly heldBy: readonly [file: string, title: string];
}

const REAL = 'test/agent/real';

export const FACTS = {
  providerVariables: {
    of: 'MariaDB',
    fact: 'Each provider option has a server variable of its own, as `wsrep_provider_gcache_size`: the plugin `wsrep_provider` is on by default.',
    since: ['11.4'],
    seen: '11.8.9; not 10.11.19',
    code: ['agent/lib/settings.sh', 'agent/watch', 'src/injection/advice.ts'],
    heldBy: [
      `${REAL}/versions.real.test.ts`,
      'has a variable for each provider option, by a name that the start script reads, or none',
    ],
  },
  textRefused: {
    of: 'MariaDB',
    fact: '`SET GLOBAL wsrep_provider_options` is refused: it "cannot be changed while the wsrep-provider plugin is loaded". The variables can be set.',
    since: ['11.4'],
    seen: '11.8.9; not 10.11.19',
    code: ['agent/watch'],
    heldBy: [
      `${REAL}/versions.real.test.ts`,
      'takes a change of the provider options by their text or by their variables, not by both',
    ],
  },
  singlesIgnored: {
    of: 'MariaDB',
    fact: 'Beside a text of provider options the provider does not get those that are given one by one, although their variables show them.',
    since: ['11.4'],
    seen: '11.8.9',
    code: ['agent/lib/settings.sh'],
    heldBy: [
      `${REAL}/versions.real.test.ts`,
      'keeps provider options that are given one by one from the provider where there is a text of them',
    ],
  },
  unknownOptions: {
    of: 'MariaDB',
    fact: 'An option that the server does not know keeps neither `--print-defaults` nor `--verbose --help` from printing.',
    since: [],
    seen: '10.11.19, 11.8.9',
    code: ['agent/lib/settings.sh'],
    heldBy: [`${REAL}/versions.real.test.ts`, 'says what its options are beside one that it does not know'],
  },
  secureTransport: {
    of: 'MariaDB',
    fact: '`require_secure_transport` lets clients in with TLS only. The start script asks the server whether it knows it.',
    since: ['10.5.2'],
    code: ['agent/lib/tls.sh', 'docs/troubleshooting.md'],
    heldBy: [`${REAL}/clients.real.test.ts`, 'need TLS where it is required, and transfers by %s go on'],
  },
  clientsVerify: {
    of: 'MariaDB',
    fact: 'Clients verify the server without being told to.',
    since: ['11.4'],
    seen: '11.8.9; not 10.11.19',
    code: ['docs/how-to.md'],
    heldBy: [`${REAL}/clients.real.test.ts`, 'verify them without being told to where they are new enough'],
  },
  reloadForClients: {
    of: 'MariaDB',
    fact: '`FLUSH SSL` has the server read its certificate for clients again.',
    since: ['10.4'],
    seen: '10.11.19, 11.8.9',
    code: ['agent/watch'],
    heldBy: [`${REAL}/tls.real.test.ts`, 'serve each new certificate on port %s without a restart'],
  },
  binlogMonitor: {
    of: 'MariaDB',
    fact: 'What `mariadb-backup` needs of the binary log is the privilege `BINLOG MONITOR`, before `REPLICATION CLIENT`.',
    since: ['10.5.2'],
    seen: '10.11.19, 11.8.9',
    code: ['agent/lib/account.sh', 'src/injection/flavors/mariadb.ts'],
    heldBy: [
      `${REAL}/accounts.real.test.ts`,
      'reaches a joiner from a database that came without the account, with %s as first user',
    ],
  },
  passwordByInput: {
    of: 'MariaDB',
    fact: 'The script of the donor reads the password from its standard input, where a backslash and the blanks at both ends get lost. The start script looks into the script.',
    since: ['11.8'],
    seen: '11.8.9; not 10.11.19',
    code: ['agent/lib/account.sh'],
    heldBy: [`${REAL}/accounts.real.test.ts`, 'reaches a joiner where the servers run as a user %s'],
  },
  backupWithoutPoolSize: {
    of: 'MariaDB',
    fact: '`mariadb-backup` refuses `--innodb-buffer-pool-size` (MDEV-29445), which the transfer script hands over from the command line of the server.',
    since: ['10.11.12', '11.4.6', '11.8.2'],
    seen: '10.11.19, 11.8.9',
    code: ['agent/lib/flavor.sh'],
    heldBy: [
      `${REAL}/versions.real.test.ts`,
      'has a mariadb-backup that takes the size of the buffer pool from an option file alone',
    ],
  },
  backupFiles: {
    of: 'MariaDB',
    fact: 'The files that describe a backup begin with `mariadb_backup_`, before with `xtrabackup_`.',
    since: ['11.8'],
    seen: '11.8.9; not 10.11.19',
    code: ['src/coordination/calls/start.ts'],
    heldBy: [`${REAL}/versions.real.test.ts`, 'names the files of a backup as its version does'],
  },
  olderBackup: {
    of: 'MariaDB',
    fact: 'An older `mariadb-backup` understands no backup of a newer one, the newer one understands both.',
    since: ['11.8'],
    seen: '11.8.9 and 10.11.19',
    code: ['src/coordination/calls/start.ts', 'docs/coordinator.md', 'docs/how-to.md'],
    heldBy: [
      `${REAL}/downgrade.real.test.ts`,
      'makes backups that the older mariadb-backup cannot prepare, and prepares those of the older one',
    ],
  },
  olderServer: {
    of: 'MariaDB',
    fact: 'An older server starts on the files of a newer one, and serves.',
    since: [],
    seen: '10.11.19 on files of 11.8.9, with a line of `[ERROR]`',
    code: ['agent/lib/version.sh'],
    heldBy: [`${REAL}/downgrade.real.test.ts`, 'leaves files on which the older server starts and serves'],
  },
  upgradeMark: {
    of: 'MariaDB',
    fact: '`mariadb-upgrade` writes the version to `mariadb_upgrade_info`, before to `mysql_upgrade_info`. The start script reads both.',
    since: ['11.8'],
    seen: '11.8.9; not 10.11.19',
    code: ['agent/lib/version.sh'],
    heldBy: [`${REAL}/versions.real.test.ts`, 'has a mariadb-upgrade that leaves its version in one file'],
  },
  openLog: {
    of: 'MariaDB',
    fact: 'The log of InnoDB has another format, and a server reads a log that was not closed in its own format only.',
    since: ['10.5', '10.8'],
    code: ['agent/lib/position.sh'],
    heldBy: [
      'test/agent/position.test.ts',
      'says which server can read the files after a crash of another version (%s)',
    ],
  },
  whoListens: {
    of: 'MariaDB',
    fact: 'Transfer scripts ask `ss` who listens, those of 2021 to 2023 first `lsof`.',
    since: [],
    seen: '10.11.19 and 11.8.9 ask ss',
    code: ['agent/transfer/bin/ss', 'agent/transfer/bin/lsof'],
    heldBy: ['test/agent/receiver.test.ts', 'of %j learns what listens behind the door'],
  },
  sparedByTransfers: {
    of: 'MariaDB',
    fact: 'A transfer by mariabackup spares names that end in `.log`, one by rsync the folder `lost+found`.',
    since: [],
    seen: '10.11.19, 11.8.9',
    code: ['agent/lib/aside.sh', 'docs/coordinator.md'],
    heldBy: [`${REAL}/transfers.real.test.ts`, 'by %s leaves what was set aside, and our mark'],
  },
  booleans: {
    of: 'Galera',
    fact: 'Not every provider option knows `ON` and `OFF`, but all that can be either know `1` and `0`.',
    since: [],
    seen: '26.4.23',
    code: ['agent/lib/settings.sh'],
    heldBy: [`${REAL}/versions.real.test.ts`, 'has a provider that takes 1 and 0 for what is on or off'],
  },
  chosenIdentity: {
    of: 'Galera',
    fact: 'A `grastate.dat` with a uuid and seqno 0 makes that the uuid of the cluster that is bootstrapped.',
    since: [],
    seen: '26.4.23',
    code: ['agent/lib/data.sh', 'docs/adr/0002-the-identity-of-a-cluster-is-chosen-before-it-exists.md'],
    heldBy: [
      `${REAL}/positions.real.test.ts`,
      'forms the cluster under the chosen uuid and reports the position of a clean stop',
    ],
  },
  donorThatJustJoined: {
    of: 'Galera',
    fact: 'A donor sends an incremental transfer only up to the view in which it joined itself, and Galera prefers the one that joined last: the joiner hangs.',
    since: [],
    seen: '26.4.23, once in two or three times',
    code: ['agent/lib/flavor.sh', 'docs/coordinator.md'],
    heldBy: ['test/agent/start.test.ts', 'goes by %s'],
  },
  plainSenderCrashes: {
    of: 'Galera',
    fact: 'A sender of an incremental transfer without TLS crashes at an address that wants TLS.',
    since: [],
    seen: '26.4.23',
    code: ['agent/lib/tls.sh'],
    heldBy: [`${REAL}/tls.real.test.ts`, 'one of a mixed cluster %s, by both kinds of transfer'],
  },
  receiverGivesUp: {
    of: 'Galera',
    fact: 'The receiver of incremental transfers gives up at the first handshake that fails.',
    since: [],
    seen: '26.4.23',
    code: ['agent/doors', 'docs/adr/0027-members-have-certificates-of-an-authority-of-their-cluster.md'],
    heldBy: [
      `${REAL}/tls.real.test.ts`,
      'take transfers from members only, whoever else calls while they wait',
    ],
  },
  hangsAtTerm: {
    of: 'Galera',
    fact: 'A server that has left its group after a broken transfer hangs at a TERM.',
    since: [],
    seen: '26.4.27',
    code: ['agent/watch', 'docs/adr/0026-the-server-is-a-child-of-the-start-script.md'],
    heldBy: ['test/agent/ending.test.ts', 'is killed where it does not end within thirty seconds'],
  },
  encryptsTraffic: {
    of: 'Percona XtraDB Cluster',
    fact: '`pxc_encrypt_cluster_traffic` is on by default, with a certificate of its own on each node.',
    since: ['8.0'],
    code: ['agent/lib/flavor.sh'],
    heldBy: ['test/agent/arguments.test.ts', 'is told to send plain traffic, unless the user decided'],
  },
  foldersAreDatabases: {
    of: 'Percona XtraDB Cluster',
    fact: 'Folders are no databases any more, and the option that leaves some out is gone: before it is `ignore-db-dir`, of MariaDB `ignore-db-dirs`.',
    since: ['8.0'],
    code: ['agent/lib/flavor.sh'],
    heldBy: ['test/agent/arguments.test.ts', 'is told which folder is no database, as 5.7 calls it'],
  },
  positionInANote: {
    of: 'Percona XtraDB Cluster',
    fact: 'The position of a recovery is in a note, which the log has at verbosity 3 only.',
    since: [],
    code: ['agent/lib/position.sh'],
    heldBy: [
      'test/agent/position.test.ts',
      'asks for the notes of the log, where Percona’s has the position',
    ],
  },
  oldShell: {
    of: 'Percona XtraDB Cluster',
    fact: 'The image of 5.7 is a CentOS 7, with bash 4.2; that of 8.0 has a newer one.',
    since: ['8.0'],
    code: ['agent/lib/common.sh'],
    heldBy: ['test/agent/bash.test.ts', 'uses nothing that bash has learnt after 4.2'],
  },
} as const satisfies Readonly<Record<string, VersionFact>>;

/** Whether the fact is one of the server of this version, given as it says it itself. */
export function applies({ since }: VersionFact, version: string): boolean {
  const [last] = since.slice(-1);
  if (last === undefined || compared(version, last) >= 0) return true;
  return since.some((first) => seriesOf(first) === seriesOf(version) && compared(version, first) >= 0);
}

function compared(one: string, other: string): number {
  const [a, b] = [numbersOf(one), numbersOf(other)];
  const at = b.findIndex((number, index) => number !== (a[index] ?? 0));
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

const seriesOf = (version: string): string => numbersOf(version).slice(0, 2).join('.');

function numbersOf(version: string): readonly number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}

#!/bin/bash
# Entrypoint of the MariaDB stand-in used by the end-to-end tests. It keeps to
# what the official image documents: the same variables, the same order of
# events, the same way to pass server arguments.
set -eo pipefail
shopt -s nullglob

note() { printf '%s [Note] [Entrypoint]: %s\n' "$(date '+%F %T%:z')" "$1"; }
fail() {
	printf '%s [ERROR] [Entrypoint]: %s\n' "$(date '+%F %T%:z')" "$1" >&2
	exit 1
}

# Reads one setting into MARIADB_<name>. Sources, first wins: MARIADB_<name>,
# MYSQL_<name>, and for each the file that <variable>_FILE names.
read_setting() {
	local name=$1 default=${2-} prefix variable file value=''
	for prefix in MARIADB MYSQL; do
		variable=${prefix}_$name
		file=${variable}_FILE
		if [ -n "${!variable}" ] && [ -n "${!file}" ]; then
			fail "$variable and $file are both set: keep one of them"
		fi
		if [ -z "$value" ] && [ -n "${!variable}" ]; then value=${!variable}; fi
		if [ -z "$value" ] && [ -n "${!file}" ]; then value=$(<"${!file}"); fi
		unset "$file" "$variable"
	done
	export "MARIADB_$name=${value:-$default}"
}

read_settings() {
	# Names that only MYSQL_ or only MARIADB_ spells differently.
	: "${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:=${MYSQL_ALLOW_EMPTY_PASSWORD-}}"
	: "${MARIADB_RANDOM_ROOT_PASSWORD:=${MYSQL_RANDOM_ROOT_PASSWORD-}}"
	: "${MARIADB_INITDB_SKIP_TZINFO:=${MYSQL_INITDB_SKIP_TZINFO-}}"
	local name
	for name in ROOT_PASSWORD ROOT_PASSWORD_HASH DATABASE USER PASSWORD PASSWORD_HASH \
		REPLICATION_USER REPLICATION_PASSWORD REPLICATION_PASSWORD_HASH \
		MASTER_HOST MYSQL_LOCALHOST_USER MYSQL_LOCALHOST_GRANTS; do
		read_setting "$name"
	done
	read_setting ROOT_HOST '%'
	read_setting USER_HOST '%'
	read_setting MASTER_PORT 3306
}

# What the server would use for an option, given the same arguments.
server_option() {
	local option=$1 said
	shift
	said=$("$@" --verbose --help 2>&1) || fail "the server does not take its options: $(grep -m 1 ERROR <<<"$said")"
	awk -v option="$option" '!found && $1 == option && /^[^ \t]/ { sub(/^[^ \t]+[ \t]+/, ""); print; found = 1 }' <<<"$said"
}

wants_help() {
	local argument
	for argument; do
		case $argument in -'?' | --help | --print-defaults | -V | --version) return 0 ;; esac
	done
	return 1
}

# Prints a value as an SQL string literal.
sql_quote() {
	local value=${1//\\/\\\\}
	printf "'%s'" "${value//\'/\\\'}"
}

# How an account proves itself: by a password hash when one is given, else by the password.
identified() {
	if [ -n "$2" ]; then
		printf 'IDENTIFIED BY PASSWORD %s' "$(sql_quote "$2")"
	else
		printf 'IDENTIFIED BY %s' "$(sql_quote "$1")"
	fi
}

sql_client() { mariadb --no-defaults --protocol=socket -uroot -hlocalhost --socket="$socket" "$@"; }
# The password goes by the environment of this one process, where other users cannot see it.
sql_root() { MYSQL_PWD=$MARIADB_ROOT_PASSWORD sql_client "$@"; }

check_root_password_choice() {
	if [ -z "$MARIADB_ROOT_PASSWORD$MARIADB_ROOT_PASSWORD_HASH$MARIADB_ALLOW_EMPTY_ROOT_PASSWORD$MARIADB_RANDOM_ROOT_PASSWORD" ]; then
		fail 'the data directory is empty and nothing says which root password to set: give one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD or MARIADB_RANDOM_ROOT_PASSWORD'
	fi
}

install_database() {
	local argument kept=()
	for argument in "${@:2}"; do
		# mariadb-install-db splits its arguments again.
		case $argument in
		*[[:space:]]*) note "not passed to mariadb-install-db, since it holds a blank: $argument" ;;
		*) kept+=("$argument") ;;
		esac
	done
	note 'Initializing database files'
	mariadb-install-db "${kept[@]}" --datadir="$datadir" --auth-root-authentication-method=normal \
		--skip-test-db --skip-log-bin --wsrep-on=OFF --loose-innodb_buffer_pool_dump_at_shutdown=0 >/dev/null
}

start_temporary_server() {
	note 'Starting temporary server'
	"$@" --skip-networking --socket="$socket" --wsrep_on=OFF --skip-log-bin \
		--default-time-zone=SYSTEM --loose-innodb_buffer_pool_load_at_startup=0 &
	temporary=$!
	local try
	for try in {1..300}; do
		if sql_client -e 'SELECT 1' >/dev/null 2>&1; then
			note "Temporary server started (attempt $try)"
			return
		fi
		kill -0 "$temporary" 2>/dev/null || fail 'the temporary server ended; its messages are above'
		sleep 0.2
	done
	fail 'the temporary server did not answer within a minute'
}

stop_temporary_server() {
	note 'Stopping temporary server'
	kill "$temporary"
	wait "$temporary" || fail 'the temporary server did not stop cleanly'
}

# Everything the variables ask for, as one SQL script.
account_statements() {
	printf "SET @@SESSION.SQL_LOG_BIN = 0;\nSET @@SESSION.SQL_MODE = REPLACE(@@SESSION.SQL_MODE, 'NO_BACKSLASH_ESCAPES', '');\n"
	# The installation makes them for whoever runs it by hand, without a password.
	printf "DROP USER IF EXISTS root@'127.0.0.1', root@'::1', root@%s;\n" "$(sql_quote "$(hostname)")"
	if [ -n "$MARIADB_MYSQL_LOCALHOST_USER" ]; then
		printf 'CREATE USER mysql@localhost IDENTIFIED VIA unix_socket;\n'
		if [ -n "$MARIADB_MYSQL_LOCALHOST_GRANTS" ]; then
			printf 'GRANT %s ON *.* TO mysql@localhost;\n' "$MARIADB_MYSQL_LOCALHOST_GRANTS"
		fi
	fi
	if [ -n "$MARIADB_REPLICATION_USER" ] && [ -z "$MARIADB_MASTER_HOST" ]; then
		local replication
		replication="$(sql_quote "$MARIADB_REPLICATION_USER")@'%'"
		printf 'CREATE USER %s %s;\nGRANT REPLICATION REPLICA ON *.* TO %s;\n' "$replication" \
			"$(identified "$MARIADB_REPLICATION_PASSWORD" "$MARIADB_REPLICATION_PASSWORD_HASH")" "$replication"
	fi
	local database=${MARIADB_DATABASE//\`/\`\`}
	# shellcheck disable=SC2016 # The backticks are SQL's.
	if [ -n "$database" ]; then printf 'CREATE DATABASE IF NOT EXISTS `%s`;\n' "$database"; fi
	if [ -n "$MARIADB_USER" ] && [ -n "$MARIADB_PASSWORD$MARIADB_PASSWORD_HASH" ]; then
		local user
		user="$(sql_quote "$MARIADB_USER")@$(sql_quote "$MARIADB_USER_HOST")"
		printf 'CREATE USER %s %s;\n' "$user" "$(identified "$MARIADB_PASSWORD" "$MARIADB_PASSWORD_HASH")"
		if [ -n "$database" ]; then
			# In a grant the characters _ and % are patterns.
			local pattern=${database//_/\\_}
			# shellcheck disable=SC2016
			printf 'GRANT ALL ON `%s`.* TO %s;\n' "${pattern//%/\\%}" "$user"
		fi
	fi
	if [ -n "$MARIADB_ROOT_HOST" ] && [ "$MARIADB_ROOT_HOST" != localhost ]; then
		printf 'CREATE USER root@%s %s;\nGRANT ALL ON *.* TO root@%s WITH GRANT OPTION;\n' \
			"$(sql_quote "$MARIADB_ROOT_HOST")" \
			"$(identified "$MARIADB_ROOT_PASSWORD" "$MARIADB_ROOT_PASSWORD_HASH")" \
			"$(sql_quote "$MARIADB_ROOT_HOST")"
	fi
}

set_local_root_password() {
	sql_client -e "SET @@SESSION.SQL_LOG_BIN = 0;
		ALTER USER root@localhost $(identified "$MARIADB_ROOT_PASSWORD" "$MARIADB_ROOT_PASSWORD_HASH")"
}

load_time_zones() {
	if [ -n "$MARIADB_INITDB_SKIP_TZINFO" ] || [ ! -d /usr/share/zoneinfo ]; then return; fi
	mariadb-tzinfo-to-sql --skip-write-binlog /usr/share/zoneinfo 2>/dev/null | sql_client --database=mysql >/dev/null
}

follow_master() {
	if [ -z "$MARIADB_MASTER_HOST" ] || [ -z "$MARIADB_REPLICATION_USER" ]; then return; fi
	# shellcheck disable=SC2153 # read_settings gives it a value.
	sql_root -e "CHANGE MASTER TO MASTER_HOST=$(sql_quote "$MARIADB_MASTER_HOST"), MASTER_PORT=$MARIADB_MASTER_PORT,
		MASTER_USER=$(sql_quote "$MARIADB_REPLICATION_USER"), MASTER_PASSWORD=$(sql_quote "$MARIADB_REPLICATION_PASSWORD"),
		MASTER_CONNECT_RETRY=10;"
}

run_init_files() {
	local file
	for file in /docker-entrypoint-initdb.d/*; do
		note "running $file"
		case $file in
		*.sh) if [ -x "$file" ]; then "$file"; else
			# shellcheck source=/dev/null
			. "$file"
		fi ;;
		*.sql) sql_root --database="$MARIADB_DATABASE" <"$file" ;;
		*.sql.gz) gunzip -c "$file" | sql_root --database="$MARIADB_DATABASE" ;;
		*) note "ignoring $file" ;;
		esac
	done
}

initialize() {
	check_root_password_choice
	if [ -n "$MARIADB_RANDOM_ROOT_PASSWORD" ]; then
		MARIADB_ROOT_PASSWORD=$(head -c 24 /dev/urandom | base64)
		note "GENERATED ROOT PASSWORD: $MARIADB_ROOT_PASSWORD"
	fi
	install_database "$@"
	start_temporary_server "$@"
	load_time_zones
	account_statements | sql_client --database=mysql
	# Of a hash nobody knows the password, so root keeps none until the last statement has run.
	if [ -z "$MARIADB_ROOT_PASSWORD_HASH" ]; then set_local_root_password; fi
	follow_master
	run_init_files
	if [ -n "$MARIADB_ROOT_PASSWORD_HASH" ]; then set_local_root_password; fi
	stop_temporary_server
	note 'MariaDB init process done. Ready for start up.'
}

# The server may bring a newer system schema than the data directory holds.
upgrade() {
	if [ -z "$MARIADB_AUTO_UPGRADE" ]; then return; fi
	start_temporary_server "$@" --skip-grant-tables
	mariadb-upgrade --no-defaults --socket="$socket" || note 'mariadb-upgrade failed; the server is started as it is'
	stop_temporary_server
}

main() {
	if [[ ${1-} == -* ]]; then set -- mariadbd "$@"; fi
	if [[ ${1-} != mariadbd && ${1-} != mysqld ]] || wants_help "${@:2}"; then exec "$@"; fi

	datadir=$(server_option datadir "$@")
	socket=$(server_option socket "$@")
	datadir=${datadir:-/var/lib/mysql}
	datadir=${datadir%/}
	socket=${socket:-/run/mysqld/mysqld.sock}
	if [ "$(id -u)" = 0 ]; then
		mkdir -p "$datadir" "${socket%/*}"
		find "$datadir" "${socket%/*}" \! -user mysql -exec chown mysql: '{}' +
		note "Switching to dedicated user 'mysql'"
		exec gosu mysql "${BASH_SOURCE[0]}" "$@"
	fi
	read_settings
	if [ -d "$datadir/mysql" ]; then upgrade "$@"; else initialize "$@"; fi
	# The server's environment can be read by whoever may look into the process; it needs no password.
	unset MARIADB_ROOT_PASSWORD MARIADB_ROOT_PASSWORD_HASH MARIADB_PASSWORD MARIADB_PASSWORD_HASH \
		MARIADB_REPLICATION_PASSWORD MARIADB_REPLICATION_PASSWORD_HASH
	exec "$@"
}

main "$@"

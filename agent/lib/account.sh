# shellcheck shell=bash disable=SC2034,SC2154 # sourced by start, probe and watch
# The account by which a donor reads its own server for mariadb-backup, over the socket:
#
#   the server's user is called   account                  its password
#   ---------------------------   ----------------------   ------------------------------------------------
#   mysql                         mysql@localhost          none: the socket says who asks (unix_socket)
#   anything else, or nothing     root@localhost           that of the container, in an option file (0600)
#
# The entrypoint makes mysql@localhost with a new database. One that came from elsewhere has none until the loop beside
# the server makes it, as root.

# As the entrypoint is asked for it (src/injection/flavors/mariadb.ts).
account_grants=${MARIADB_MYSQL_LOCALHOST_GRANTS:-RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, SUPER}
account_statement="CREATE USER IF NOT EXISTS mysql@localhost IDENTIFIED VIA unix_socket; GRANT $account_grants ON *.* TO mysql@localhost"

# The name of the server's user; empty where the container has none for it, as in OpenShift.
server_user() {
  if is_root && id mysql >/dev/null 2>&1; then printf 'mysql'; else id -un 2>/dev/null; fi
}

root_password() {
  local name file
  for name in MARIADB_ROOT_PASSWORD MYSQL_ROOT_PASSWORD; do
    file=${name}_FILE
    if [[ ${!name} ]]; then
      printf '%s' "${!name}"
      return
    elif [[ ${!file} && -r ${!file} ]]; then
      printf '%s' "$(<"${!file}")"
      return
    fi
  done
  for name in MARIADB_ALLOW_EMPTY_ROOT_PASSWORD MYSQL_ALLOW_EMPTY_PASSWORD; do
    [[ ${!name} ]] && return
  done
  return 1
}

# for_script PASSWORD: as the donor's script is to be given it. Newer ones take it from their standard input,
# with a read that swallows backslashes and the blanks at both ends.
for_script() {
  local password=$1 script
  if script=$(type -P wsrep_sst_common) && grep -q 'while read line' "$script"; then
    password=${password//\\/\\\\}
    password=${password// /\\ }
  fi
  printf '%s' "$password"
}

# Gives the server its account, unless the user has set one or the method needs none.
give_account() {
  local password
  GALERA_SST_ACCOUNT=''
  [[ $sst_method == mariabackup ]] && ! is_set wsrep-sst-auth || return 0
  if [[ $(server_user) == mysql ]]; then
    additions+=(--wsrep-sst-auth=mysql:) GALERA_SST_ACCOUNT=mysql
  elif ignores_option_file; then
    log "the server runs as user $EUID, and --defaults-file or --no-defaults keeps the account for state transfers from it: give wsrep_sst_auth=root:PASSWORD in that file, or sst-method rsync"
  elif password=$(root_password); then
    file_options+=("--wsrep-sst-auth=root:$(for_script "$password")") GALERA_SST_ACCOUNT=root
  else
    log "the server runs as user $EUID, which has no account in the database, and no MARIADB_ROOT_PASSWORD is given: no joiner gets a state transfer from here until that is given, or wsrep_sst_auth in an option file"
  fi
  export GALERA_SST_ACCOUNT
}

# What a person has to do where nothing lets us in.
account_remedy() {
  if [[ $(server_user) == mysql ]]; then
    printf '%s' "run there as root: $account_statement"
  else
    printf '%s' "run there as root: ALTER USER root@localhost IDENTIFIED BY '…' with the password that the container has in MARIADB_ROOT_PASSWORD"
  fi
}

#!/usr/bin/env bash
# Does with directory, arguments and environment what entrypoints do that initialise with a server of a group: Percona
# XtraDB Cluster's and kubernetes/examples' (arguments), and Bitnami's (no arguments; IMITATE=bitnami). The server is
# MariaDB's, so this shows nothing of Percona's own initialisation and transfers. While $HOLD is there, it waits where
# the accounts would be made, and says so in $HOLD.reached.
set -eo pipefail

data=$GALERA_DATA_DIRECTORY
provider=/usr/lib/galera/libgalera_smm.so
common=(--wsrep-on=ON "--wsrep-provider=$provider" --binlog-format=ROW --innodb-autoinc-lock-mode=2)
socket=
for option in "$@" $MARIADB_EXTRA_FLAGS; do
  case $option in --socket=*) socket=${option#*=} ;; esac
done
mkdir -p "${socket%/*}"
chmod 777 "${socket%/*}"

# initialise OPTION…: with a server that only this container reaches.
initialise() {
  rm -rf "${data:?}"/*
  mariadb-install-db --no-defaults --user=mysql "--datadir=$data" --auth-root-authentication-method=normal --skip-test-db >/dev/null
  gosu mysql mariadbd "$@" --wsrep-cluster-address=gcomm:// &
  server=$!
  sql() { mariadb --no-defaults --socket="$socket" --user=root -e "$1"; }
  until sql 'SELECT 1' >/dev/null 2>&1; do sleep 0.2; done
  # As these installations leave it, until the entrypoint removes it.
  sql "CREATE USER IF NOT EXISTS ''@localhost"
  if [[ -e $HOLD ]]; then
    : >"$HOLD.reached"
    sleep 3600
  fi
  sql "DROP USER ''@localhost; ALTER USER root@localhost IDENTIFIED BY '$MARIADB_ROOT_PASSWORD'"
  kill "$server"
  wait "$server"
}

by_arguments() {
  local -a options=("${common[@]}" "--wsrep-cluster-name=$CLUSTER_NAME" "--wsrep-cluster-address=gcomm://$CLUSTER_JOIN" "${@:2}")
  if [[ -z $CLUSTER_JOIN && ! -e $data/mysql ]]; then initialise "${options[@]}" --skip-networking; fi
  exec gosu mysql "$1" "${options[@]}"
}

# Bitnami's own reading of the list: names and addresses of IPv4, without options.
knows_another() {
  local host
  for host in ${1//,/ }; do
    host=${host%%:*}
    [[ $host =~ ^[0-9.]+$ && $host != "$POD_IP" ]] && return
  done
  return 1
}

bootstraps() {
  [[ $MARIADB_GALERA_CLUSTER_BOOTSTRAP == yes ]] && return
  [[ ! -e ${data%/*}/.bootstrap/done ]] || return
  ! knows_another "${MARIADB_GALERA_CLUSTER_ADDRESS#*://}"
}

by_environment() {
  local address=$MARIADB_GALERA_CLUSTER_ADDRESS
  local -a options
  if bootstraps; then address=gcomm://; fi
  options=("${common[@]}" "--wsrep-cluster-name=$MARIADB_GALERA_CLUSTER_NAME" "--wsrep-node-name=$MARIADB_GALERA_NODE_NAME"
    "--wsrep-node-address=$MARIADB_GALERA_NODE_ADDRESS" "--wsrep-sst-method=$MARIADB_GALERA_SST_METHOD" "--wsrep-cluster-address=$address")
  # shellcheck disable=SC2206 # one word an option
  options+=($MARIADB_EXTRA_FLAGS "--datadir=$data")
  if [[ ! -e $data/mysql ]] && bootstraps; then initialise "${options[@]}" --bind-address=127.0.0.1; fi
  mkdir -p "${data%/*}/.bootstrap"
  : >"${data%/*}/.bootstrap/done"
  exec gosu mysql mariadbd "${options[@]}"
}

if [[ $IMITATE == bitnami ]]; then by_environment; else by_arguments "$@"; fi

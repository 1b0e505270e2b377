# shellcheck shell=bash disable=SC2034
# What the running server says of itself, asked over its socket.

status_query="SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_ready','wsrep_connected','wsrep_evs_state','wsrep_cluster_status','wsrep_local_state','wsrep_local_state_comment','wsrep_cluster_state_uuid','wsrep_cluster_conf_id','wsrep_cluster_size','wsrep_incoming_addresses','wsrep_last_committed')"

client_name() {
  local name
  for name in mariadb mysql /opt/bitnami/mariadb/bin/mysql; do
    command -v "$name" && return
  done
}

# query SQL, first as the server's own user, who needs no password where unix_socket is on, then as root with the
# container's password, which travels in the environment, never on a command line. Who was let in is asked as again: each
# attempt that fails is one in the server's log. A user that is not called mysql is let in nowhere without a password.
query() {
  local client password
  client=$(client_name) || {
    status_problem='the image has no mariadb or mysql client'
    return 1
  }
  set -- "$client" ${socket:+--socket="$socket"} --connect-timeout=2 -N -B -e "$1"
  if [[ $root_was_let_in == no ]] || ! root_password >/dev/null; then
    status_problem=$(as_server timeout -s KILL 3 "$@" 2>&1) && answer=$status_problem && return
  fi
  root_was_let_in=no
  password=$(root_password) || return 1
  set -- "$1" --user="${MARIADB_ROOT_USER:-root}" "${@:2}"
  status_problem=$(MYSQL_PWD=$password timeout -s KILL 3 "$@" 2>&1) && answer=$status_problem && root_was_let_in=yes
}
if [[ $(server_user) == mysql ]]; then root_was_let_in=no; else root_was_let_in=yes; fi

# Why the server gives no answer, from status_problem.
silence() {
  if [[ $status_problem =~ ERROR\ (1045|1698|1130)\  ]]; then
    printf '%s' "the server runs, but lets in neither its own user nor root with the container's password: $(account_remedy) ($status_problem)"
  else
    printf '%s' "the server does not answer SQL yet: $status_problem"
  fi
}

read_status() {
  local name value
  wsrep_ready='' wsrep_connected='' wsrep_evs_state='' wsrep_cluster_status='' wsrep_local_state='' wsrep_local_state_comment='' wsrep_cluster_state_uuid='' wsrep_cluster_conf_id='' wsrep_cluster_size='' wsrep_incoming_addresses='' wsrep_last_committed=''
  query "$status_query" || {
    status_problem=${status_problem##*$'\n'}
    return 1
  }
  status_problem=''
  while read -r name value; do
    case $name in
      wsrep_ready | wsrep_connected | wsrep_evs_state | wsrep_cluster_status | wsrep_local_state | wsrep_local_state_comment | wsrep_cluster_state_uuid | wsrep_cluster_conf_id | wsrep_cluster_size | wsrep_incoming_addresses | wsrep_last_committed)
        printf -v "$name" '%s' "$value"
        ;;
    esac
  done <<<"$answer"
}

describe_status() {
  printf '%s' "wsrep_cluster_status ${wsrep_cluster_status:-unknown}, ${wsrep_local_state_comment:-no local state}, wsrep_ready ${wsrep_ready:-unknown}"
}

# Whether anything listens on the server's port for more than this container. The server that an entrypoint starts for
# itself, to initialise or upgrade a database, does not, though it may be Synced. The kernel's table says so without a
# connection, which the server would log as aborted: local addresses in hex (127.0.0.1 and ::1 do not count), 0A for LISTEN.
is_open() {
  local hex
  printf -v hex '%04X' "${port:-3306}"
  grep -hsE "^ *[0-9]+: [0-9A-F]+:$hex [0-9A-F:]+ 0A " "$sockets"/tcp "$sockets"/tcp6 |
    grep -qvE ': (0100007F|0{24}01000000|0{16}FFFF00000100007F):'
}

# 4 is Synced; 2 is Donor/Desynced, which keeps serving unless the method locks the donor.
is_serving() {
  [[ $wsrep_cluster_status == Primary ]] && is_open || return 1
  case $wsrep_local_state in
    4) ;;
    2) case $sst_method in mariabackup | xtrabackup-v2 | clone) ;; *) return 1 ;; esac ;;
    *) return 1 ;;
  esac
}

# Whether the server has left its group; it does not connect again by itself. One that waits for ever for what a broken
# incremental transfer did not bring still says that it is connected, but its closed connection has no state any more.
has_left() {
  [[ $wsrep_connected == OFF ]] && return
  [[ $wsrep_local_state_comment == Join* && $wsrep_cluster_status != Primary && -z $status_problem ]] && [[ -z $wsrep_evs_state || $wsrep_evs_state == CLOSED ]]
}

# A transfer takes as long as it takes: the marker file, the transfer's processes, or the server's word for it.
in_state_transfer() {
  [[ -e $data/sst_in_progress ]] && return
  # Each argument is a record of its own: a script's name counts, an option of the server that begins like it does not.
  grep -qszE '^([^ ]*/)?wsrep_sst_[a-z0-9-]+$' "$processes"/[0-9]*/cmdline && return
  case $wsrep_local_state_comment in
    # After a transfer that failed the state stays on the server that has left its group.
    Join* | Donor*) [[ -z $status_problem ]] && ! has_left ;;
    *) return 1 ;;
  esac
}

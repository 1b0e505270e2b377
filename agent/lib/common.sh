# shellcheck shell=bash disable=SC2034 # sourced by start and probe, which read these names
# What both scripts share: where things are, the log, the state that start leaves for probe, and how to become the server's user.
# bash 4.2 and coreutils only, because the oldest image served (Percona 5.7) is a CentOS 7.

home=${home:?set by the script that sources this}
data=${GALERA_DATA_DIRECTORY:-/var/lib/mysql}
data=${data%/}
cluster=${GALERA_INJECTOR_CLUSTER:-}
flavor=${GALERA_FLAVOR:-mariadb}
state_file=$home/state
# What the coordinator has confirmed, as "START UUID", or that it let the pod start, as "START -" (lib/alone.sh). It
# lasts as long as the pod: a volume may be another one, or of a cluster that was forgotten, when the next pod comes.
acknowledged_file=$home/acknowledged
processes=${GALERA_PROC:-/proc}
sockets=${GALERA_PROC_NET:-/proc/net}
# Beside the data from a first bootstrap by an entrypoint whose own server forms a group already (lib/flavor.sh) until
# the server is open to the network: what is there before that is not the cluster's data, whatever it says of itself.
# The entrypoints spare it, which clear the directory by name, as the scripts of the transfers do (lib/aside.sh).
forming_mark=$data/.galera-injector-forming.log
is_marked() { [[ -e $forming_mark ]]; }
nobody_uuid=00000000-0000-0000-0000-000000000000
uuid_pattern='[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'

log() {
  printf '%(%F %T)T galera-injector: %s\n' -1 "$*" >&2
}

# Logs a sentence when it changes, and again every minute, so that a long wait stays visible in a short tail of the log.
last_sentence=''
last_sentence_at=0
log_change() {
  if [[ $1 == "$last_sentence" ]] && ((SECONDS - last_sentence_at < 60)); then return; fi
  last_sentence=$1
  last_sentence_at=$SECONDS
  log "$1"
}

# Seconds since the machine booted: does not jump when the clock is set.
uptime_seconds() {
  local seconds
  IFS=. read -r seconds _ <"$processes/uptime"
  printf '%s' "$seconds"
}

# bracket ADDRESS: as it stands before a port.
bracket() {
  if [[ $1 == *:* && $1 != \[* ]]; then printf '[%s]' "$1"; else printf '%s' "$1"; fi
}

# write_file PATH TEXT: other processes see the old text or the new one, never half of it.
write_file() {
  printf '%s\n' "$2" >"$1.$$" && mv -f "$1.$$" "$1" && return
  rm -f "$1.$$"
  return 1
}

# set_state PHASE: waiting | recovering | joining | reforming | bootstrapping
set_state() {
  [[ $phase == "$1" ]] && return
  phase=$1
  write_file "$state_file" "phase=$phase
since=$(uptime_seconds)
start=$start_id
socket=$socket
port=$port
sst_method=$sst_method"
}
phase=''
start_id=''
socket=''
port=''
sst_method=${WSREP_SST_METHOD:-mariabackup}

read_state() {
  local line
  phase='' start_id='' socket='' port=''
  [[ -r $state_file ]] || return 1
  while IFS= read -r line; do
    case $line in
      phase=*) phase=${line#*=} ;;
      start=*) start_id=${line#*=} ;;
      socket=*) socket=${line#*=} ;;
      port=*) port=${line#*=} ;;
      sst_method=*) sst_method=${line#*=} ;;
    esac
  done <"$state_file"
}

is_root() { ((EUID == 0)); }

# Runs a command as the user the server runs as: the image's entrypoints drop from root to mysql themselves.
as_server() {
  if ! is_root || ! id mysql >/dev/null 2>&1; then
    "$@"
  elif command -v gosu >/dev/null; then
    gosu mysql "$@"
  elif command -v setpriv >/dev/null; then
    setpriv --reuid=mysql --regid=mysql --init-groups -- "$@"
  elif command -v su-exec >/dev/null; then
    su-exec mysql "$@"
  else
    chroot --userspec=mysql:mysql / "$@"
  fi
}

# What root made in the data directory must belong to the server.
give_to_server() {
  if is_root && id mysql >/dev/null 2>&1; then chown mysql: "$@"; fi
}

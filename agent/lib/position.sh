# shellcheck shell=bash disable=SC2034
# The position a crashed node stands at: grastate.dat says -1 while the server runs, InnoDB knows the last committed transaction.

recovery_log=$home/recovery.log

# run_recovery OPTION…: one pass of the server over its own files; it opens no port and exits by itself. It binds a socket
# all the same, in a folder of its own, because the entrypoint has not yet made or handed over that of the server.
run_recovery() {
  # Percona's server names the position in a note only.
  local own=("--socket=$home/recovery.sock" "--pid-file=$home/recovery.pid" "--log-error=$recovery_log" --loose-log-error-verbosity=3)
  rm -f "$recovery_log"
  (cd / && as_server "${server_command[@]}" "${server_options[@]}" --datadir="$data" --skip-networking "${own[@]}" "$@") >"$recovery_log.out" 2>&1 &
  recovery_pid=$!
  wait $recovery_pid
  recovery_pid=''
}
recovery_pid=''

recovery_output() {
  cat "$recovery_log" "$recovery_log.out" 2>/dev/null
}

# The one line of the server's log that says why, for a person.
recovery_failure() {
  local line
  line=$(recovery_output | grep -E '\[ERROR\]|No space|Permission denied|error' | head -n 1 | cut -c 1-240)
  [[ $line ]] || line=$(recovery_output | tail -n 1 | cut -c 1-240)
  case $line in
    # Only the version that wrote it reads a log that was not closed.
    *'grade after a crash is not supported'* | *'Unsupported redo log format'*)
      line+="; start the image of the version that ran here before${data_version:+ ($data_version)} once more, stop it, then start this one"
      ;;
  esac
  printf '%s' "${line:-the server said nothing}"
}

# The base name of the binary log in the data directory that was open when the server ended: the lowest bit of the flags
# in the header of its first event says so (LOG_EVENT_BINLOG_IN_USE_F), 17 bytes into it, after the 4 of the magic number.
open_binary_log() (
  cd "$data" || return
  for index in *.index; do
    file=$(tail -n 1 "$index" 2>/dev/null)
    [[ $file && $index != *relay* && -r $file ]] || continue
    flags=$(od -An -tu1 -j 21 -N 1 "$file")
    if ((flags & 1)); then
      realpath "${file%.*}"
      return
    fi
  done
  return 1
)

# Sets log_options. What was committed under a binary log may be no more than prepared in InnoDB, and the server rolls it
# back without that log. So the recovery after a crash gets the log back, also when it was switched off since.
prepare_log_options() {
  local base
  log_options=()
  if ! is_set log-bin && base=$(open_binary_log); then
    log "recovering by the binary log $base, which was open when the server ended"
    log_options=("--log-bin=$base")
  fi
}

# Prepared, and no log says whether committed. In a node's data such a transaction was not the next one of the cluster,
# which sends it again if it was committed there. In a database that was no node, somebody may have been told that it is
# committed, and nobody sends it again.
decide_prepared() {
  local verdict=rollback
  if [[ ! -e $grastate ]]; then verdict=commit; fi
  log "transactions were prepared when the server ended and no binary log decides them: $verdict"
  # Together with --wsrep-recover, or a server that finds nothing to decide stays and serves.
  run_recovery "${recovery_options[@]}" --wsrep-recover "--tc-heuristic-recover=$verdict"
  run_recovery "${recovery_options[@]}" --wsrep-recover
}

# The file that InnoDB would make where it is missing, empty and beside the tables that are there.
system_file() {
  local file=${settings[innodb-data-file-path]:-ibdata1}
  printf '%s' "$data/${file%%[:;]*}"
}

# recover_position: sets recovered_uuid and recovered_seqno; false when the server could not read its files.
recover_position() {
  recovered_uuid='' recovered_seqno=''
  rm -f "$recovery_log" "$recovery_log.out"
  if [[ ! -e $(system_file) ]]; then
    printf '[ERROR] there are files of a server in %s, but %s is missing: put it back, or move the rest away\n' "$data" "$(system_file)" >"$recovery_log"
    return 1
  fi
  prepare_log_options
  run_recovery "${recovery_options[@]}" "${log_options[@]}" --wsrep-recover
  if recovery_output | grep -q 'tc-heuristic-recover'; then
    decide_prepared
  elif recovery_output | grep -q 'Rolled back orphan prepared'; then
    log 'the server rolled back transactions whose binary log is gone; a binary log belongs on the volume of the data'
  fi
  [[ $(recovery_output | grep 'Recovered position' | tail -n 1) =~ Recovered\ position:?\ *($uuid_pattern):(-?[0-9]+) ]] || return 1
  recovered_uuid=${BASH_REMATCH[1],,}
  recovered_seqno=${BASH_REMATCH[2]}
  note_version
}

# An interrupted first initialisation has no position, or is too incomplete to say so. A database with one has been served from: its
# server could not write grastate.dat.
doubt_forming() {
  [[ $content == unusable ]] && is_forming && ! is_marked || return 0
  recover_position && [[ $recovered_uuid != "$nobody_uuid" ]] || return 0
  content=present content_reason='its server could not write grastate.dat' saved_seqno='' saved_safe=0
}

look_again_later() {
  log_change "cannot tell what $data holds, trying again every 10 s: $1"
  pause 10
}

# Inspects the data directory until it can say for certain what it holds. A directory that cannot be read is not an empty one.
inspect_data() {
  local why
  until why='' && inspect_once; do
    set_state waiting
    look_again_later "$why"
  done
  remove_stale_files
  log "data directory $data: $content${content_reason:+ ($content_reason)}${uuid:+, position $uuid:$seqno, safe_to_bootstrap $saved_safe}"
}

inspect_once() {
  uuid='' seqno='' start_position='' is_contradicted=no is_verified=no
  if ! classify_data; then
    why=$content_reason
    return 1
  fi
  doubt_forming
  holds_data || return 0
  uuid=${saved_uuid:-$nobody_uuid}
  seqno=${saved_seqno:--1}
  [[ $content == doubtful ]] || ((seqno < 0)) || return 0
  log 'the server did not stop cleanly: recovering its position'
  is_verified=yes
  if ! recover_position; then
    why=$(recovery_failure)
    return 1
  fi
  use_recovered_position
}

# Holds what grastate.dat says of a clean stop against InnoDB: older files may have been put back beneath it. Only before a server starts
# on them, because to ask changes files, and a volume that is refused stays as it is. False when something else is to be reported.
verify_position() {
  [[ $content == present && $is_verified == no ]] || return 0
  is_verified=yes
  until recover_position; do look_again_later "$(recovery_failure)"; done
  use_recovered_position
  [[ $is_contradicted == no ]] && return
  log "$content_reason: asking again with the position of InnoDB"
  return 1
}

# What grastate.dat says counts where InnoDB says the same. Whether it is safe to bootstrap is then of this data, too.
use_recovered_position() {
  if [[ $recovered_uuid == "$nobody_uuid" && $content == doubtful ]]; then
    content=present content_reason='a database without a position of any cluster'
  elif [[ $recovered_uuid == "$nobody_uuid" && ! $saved_uuid ]]; then
    # There is a database, and no more is known.
    return 0
  elif [[ $saved_uuid && $recovered_uuid != "$saved_uuid" ]]; then
    contradict "$saved_uuid" -1
  elif [[ $saved_uuid && $seqno != -1 && $recovered_seqno != "$seqno" ]]; then
    contradict "$saved_uuid" "$recovered_seqno"
  else
    ((seqno >= 0)) || start_position=$recovered_uuid:$recovered_seqno
    uuid=$recovered_uuid seqno=$recovered_seqno
  fi
}

# contradict UUID SEQNO: what is reported instead of what grastate.dat says.
contradict() {
  content_reason="grastate.dat names $saved_uuid:${saved_seqno:--1}, InnoDB stands at $recovered_uuid:$recovered_seqno"
  uuid=$1 seqno=$2 saved_safe=0 is_contradicted=yes
  if ((seqno >= 0)); then start_position=$uuid:$seqno; fi
}

# The server would believe grastate.dat, also where it is told another position.
correct_grastate() {
  [[ $is_contradicted == yes ]] || return 0
  log "writing grastate.dat again: $content_reason"
  write_grastate '# GALERA saved state' 'version: 2.1' "uuid:    $uuid" 'seqno:   -1' 'safe_to_bootstrap: 0'
}

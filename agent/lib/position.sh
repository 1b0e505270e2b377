# shellcheck shell=bash disable=SC2034
# The position a crashed node stands at: grastate.dat says -1 while the server runs, InnoDB knows the last committed transaction.

recovery_log=$home/recovery.log

# run_recovery OPTION…: one pass of the server over its own files; it opens no port and exits by itself.
run_recovery() {
  rm -f "$recovery_log"
  (cd / && as_server "${server_command[@]}" "${server_options[@]}" --datadir="$data" --skip-networking --log-error="$recovery_log" "$@") >"$recovery_log.out" 2>&1 &
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
  printf '%s' "${line:-the server said nothing}"
}

# recover_position: sets recovered_uuid and recovered_seqno; false when the server could not read its files.
recover_position() {
  recovered_uuid='' recovered_seqno=''
  run_recovery "${recovery_options[@]}" --wsrep-recover
  if recovery_output | grep -q 'tc-heuristic-recover'; then
    # Prepared and never committed, so never acknowledged: rolled back here, and sent again by the cluster if it was committed there.
    log 'rolling back transactions that were prepared and not committed when the server ended'
    # Together with --wsrep-recover, or a server that finds nothing to roll back stays and serves.
    run_recovery "${recovery_options[@]}" --wsrep-recover --tc-heuristic-recover=rollback
    run_recovery "${recovery_options[@]}" --wsrep-recover
  fi
  [[ $(recovery_output | grep 'Recovered position' | tail -n 1) =~ Recovered\ position:?\ *($uuid_pattern):(-?[0-9]+) ]] || return 1
  recovered_uuid=${BASH_REMATCH[1],,}
  recovered_seqno=${BASH_REMATCH[2]}
}

needs_recovery() {
  [[ $content == present ]] && { [[ -z $saved_uuid ]] || [[ -z $saved_seqno ]] || ((saved_seqno < 0)); }
}

# Inspects the data directory until it can say for certain what it holds. A directory that cannot be read is not an empty one.
inspect_data() {
  local why
  until why='' && inspect_once; do
    set_state waiting
    log_change "cannot tell what $data holds, trying again every 10 s: $why"
    pause 10
  done
  remove_stale_files
  log "data directory $data: $content${content_reason:+ ($content_reason)}${uuid:+, position $uuid:$seqno, safe_to_bootstrap $saved_safe}"
}

inspect_once() {
  uuid='' seqno='' start_position=''
  if ! classify_data; then
    why=$content_reason
    return 1
  fi
  [[ $content == present ]] || return 0
  uuid=${saved_uuid:-$nobody_uuid}
  seqno=${saved_seqno:--1}
  needs_recovery || return 0
  log 'the server did not stop cleanly: recovering its position'
  if ! recover_position; then
    why=$(recovery_failure)
    return 1
  fi
  use_recovered_position
}

use_recovered_position() {
  if [[ $recovered_uuid == "$nobody_uuid" ]]; then
    # Galera ran here, but InnoDB holds no position: the saved uuid without a seqno is all that is known.
    return 0
  fi
  if [[ $saved_uuid && $recovered_uuid != "$saved_uuid" ]]; then
    log "grastate.dat names $saved_uuid, InnoDB stands at $recovered_uuid:$recovered_seqno: the position is not used"
    return 0
  fi
  uuid=$recovered_uuid seqno=$recovered_seqno
  start_position=$uuid:$seqno
}

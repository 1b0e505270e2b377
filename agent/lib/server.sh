# shellcheck shell=bash disable=SC2154
# The server as a child of the start script. As process 1 of its container it could not be killed from in here, and a
# server that has left its group may hang at a TERM.

# signal_server SIGNAL: root of a container without CAP_KILL has to send it as the server's own user. In a trap a bare
# return gives the status of what the signal has interrupted.
signal_server() {
  kill "-$1" "$server" 2>/dev/null && return 0
  # shellcheck disable=SC2016 # expanded by the other shell
  as_server bash -c 'kill "-$0" "$1"' "$1" "$server" 2>/dev/null
}

# Whether process 1 would take the signal, which ignores what it has no handler for. Entrypoints count on that: a shell
# among them would end at a TERM, and take the server that it initialises or upgrades with it. Others may wait for the
# signal without a handler, as tini does. No command is substituted here: bash 5.2 does that wrongly in a trap within a
# trap.
takes_signal() {
  local name mask bit=1 program='' blocked=SigBlk:
  if [[ $1 == TERM ]]; then
    bit=$((1 << 14))
    # bash blocks it for a moment whenever it starts a program.
    blocked=''
    IFS= read -rd '' program 2>/dev/null <"$processes/$server/cmdline"
    case ${program##*/} in sh | ash | dash | bash | busybox) ;; *) return 0 ;; esac
  fi
  while read -r name mask; do
    [[ $name == SigCgt: || $name == "$blocked" ]] && ((16#$mask & bit)) && return 0
  done <"$processes/$server/status"
  return 1
}

server_runs() { [[ -d $processes/$server ]]; }

# keep_running COMMAND…: starts it again where it ends while the server runs. A TERM ends both.
keep_running() {
  local child=''
  trap 'kill "$child" 2>/dev/null; exit' TERM
  while server_runs; do
    "$@" </dev/null >/dev/null &
    child=$!
    wait "$child"
    if server_runs; then
      log "what runs beside the server has ended, starting it again: $*"
      sleep 1
    fi
  done
}

# Runs the entrypoint with the loop beside it and hands signals on. Its status is that of the entrypoint.
run_server() {
  local status=127 ended
  server='' loop=''
  # What the kubelet, or a person, sends to process 1. A background job ignores INT and QUIT, which stop a server too.
  trap 'hand_on TERM' TERM INT QUIT
  trap 'hand_on HUP' HUP
  # exec: or a function of ours would be run that has the name of a command.
  (exec "${command_line[@]}") <&0 &
  server=$!
  keep_running "$home/watch" "$server" &
  loop=$!
  if speaks_tls; then keep_running as_server "$home/doors" "$server" "$sst_port" "$ist_port" & fi
  while :; do
    wait "$server"
    ended=$?
    # 127: its status was taken already, when a signal came just then.
    ((ended == 127)) || status=$ended
    # Above 128 it may be the signal that has ended the wait. Of a server that has ended meanwhile another one knows.
    ((ended > 128)) || break
    server_runs && continue
    wait "$server"
    ended=$?
    ((ended == 127)) || status=$ended
    break
  done
  return "$status"
}

hand_on() {
  [[ $server ]] || leave
  takes_signal "$1" || return 0
  # The loop would take a server that stops for one that has left its group.
  if [[ $1 == TERM && $loop ]]; then
    kill "$loop" 2>/dev/null
    loop=''
  fi
  signal_server "$1"
}

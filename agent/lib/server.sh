# shellcheck shell=bash disable=SC2154
# The server as a child of the start script. As process 1 of its container it could not be killed from in here, and a server
# that has left its group may hang when it is told to end.

# signal_server SIGNAL: root of a container without CAP_KILL has to send it as the server's own user. In a trap a bare
# return gives the status of what the signal has interrupted.
signal_server() {
  [[ $1 == KILL ]] || takes_signal "$1" || return 0
  kill "-$1" "$server" 2>/dev/null && return 0
  # shellcheck disable=SC2016 # expanded by the other shell
  as_server bash -c 'kill "-$0" "$1"' "$1" "$server" 2>/dev/null
}

# Whether the process has a handler for the signal, or has it blocked to wait for it. Process 1 ignores any other, and entrypoints
# count on that: a shell among them would end at a TERM, and take the server that it initialises or upgrades with it.
takes_signal() {
  local name mask bit
  bit=$((1 << ($(kill -l "$1") - 1)))
  while read -r name mask; do
    [[ $name == SigBlk: || $name == SigCgt: ]] && ((16#$mask & bit)) && return 0
  done <"$processes/$server/status"
  return 1
}

server_runs() { [[ -d $processes/$server ]]; }

# Runs the entrypoint with the loop beside it and hands signals on. Its status is that of the entrypoint.
run_server() {
  local status=127 ended
  server='' interrupted=''
  # What the kubelet, or a person, sends to process 1. A background job ignores INT and QUIT, which stop a server too.
  trap 'hand_on TERM' TERM INT QUIT
  trap 'hand_on HUP' HUP
  trap 'hand_on USR1' USR1
  trap 'hand_on USR2' USR2
  "${command_line[@]}" <&0 &
  server=$!
  "$home/watch" "$server" </dev/null >/dev/null &
  loop=$!
  while :; do
    wait "$server"
    ended=$?
    # 127: its status was taken already, when a signal came just then.
    ((ended == 127)) || status=$ended
    [[ $interrupted ]] || break
    interrupted=''
  done
  return "$status"
}

hand_on() {
  [[ $server ]] || leave
  interrupted=yes
  # The loop would take a server that stops for one that has left its group.
  if [[ $1 == TERM && $loop ]]; then kill "$loop" 2>/dev/null; fi
  signal_server "$1"
}
loop=''

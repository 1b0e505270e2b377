# shellcheck shell=bash disable=SC2034,SC2154 # sourced by start and watch
# Certificates that a user brings. The kubelet mounts the Secret beside the keys, and swaps its files when it changes.
# What is in use is a copy, so that files which members cannot use never take the place of good ones.

brought=${keys%/*}/own/..data

# Refuses before the server starts what two members would not accept of each other. galera-init has judged what can be
# read in the files (src/tls/members.ts); the library that the server uses also judges key usages, strengths and curves.
check_brought() {
  has_key && [[ $brought_name ]] || return 0
  shake_hands "$keys/current" "$keys/current" && return
  refuse "two members with the certificate of Secret ${GALERA_TLS_SECRET:-} do not accept each other ($handshake_problem): mend the Secret"
}

# Takes what the kubelet has brought since, as renew_certificate does what the coordinator gives.
take_brought() {
  local files tag=''
  ask_again=$tick renewal_problem=''
  files=$(readlink -f "$brought")
  IFS= read -r tag 2>/dev/null <"$keys/current/tag"
  if [[ ${files##*/} == "$tag" ]]; then return 0; fi
  if ! fits "$files"; then
    renewal_problem="that of Secret ${GALERA_TLS_SECRET:-} stays unused, because members with it and with the current one would not accept each other ($handshake_problem): mend the Secret"
    return 1
  fi
  keep_files "${files##*/}" "$files" && return
  renewal_problem="that of Secret ${GALERA_TLS_SECRET:-} cannot be kept in $keys"
  return 1
}

# Whether members with these files and with the current ones accept each other, whoever calls. Where the current ones
# are of no more use it is enough that those with these do.
fits() {
  local other=$keys/current
  shake_hands "$other" "$other" || other=$1
  shake_hands "$1" "$other" && shake_hands "$other" "$1"
}

# shake_hands ANSWERING CALLING: two folders. Sets handshake_problem where one side refuses the other.
shake_hands() {
  local log=$home/handshake.$$ listener port heard=''
  : >"$log"
  timeout -s KILL 5 socat -d -d -u - "OPENSSL-LISTEN:0,$(bind_to "$(loopback)"),$(options_with "$1")" <<<shaken 2>"$log" &
  listener=$!
  if port=$(listening_port "$log" "$listener"); then
    heard=$(timeout -s KILL 5 socat -u "OPENSSL:$(loopback):$port,$(options_with "$2"),commonname=$brought_name" - 2>>"$log")
  fi
  # A listener without a caller ends by its time limit: a TERM may hang it (lib/coordinator.sh).
  wait "$listener" 2>/dev/null
  handshake_problem=$(sed -n 's/.* E \(.*\)$/\1/p' "$log" | head -n 1)
  rm -f "$log"
  [[ $heard == shaken ]] && return
  : "${handshake_problem:=the check did not end within five seconds}"
  return 1
}
handshake_problem=''

# listening_port LOG PROCESS: which one the kernel has given.
listening_port() {
  local port
  while kill -0 "$2" 2>/dev/null; do
    port=$(sed -n 's/.* listening on .*:\([0-9]*\)$/\1/p' "$1")
    if [[ $port ]]; then printf '%s' "$port" && return; fi
    sleep 0.1
  done
  return 1
}

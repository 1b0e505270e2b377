# shellcheck shell=bash disable=SC2034
# The coordinator speaks HTTPS; socat is the one TLS client that every image with a state transfer has.

token_file=${GALERA_TOKEN_FILE:-/var/run/secrets/galera-injector/token}

asked_file=$home/asked

# The number of a question. The coordinator takes an older one for a call that was given up; the count lives in the pod's
# own volume, begun by the init container, so that it goes on over restarts of this container.
count_question() {
  local before
  IFS= read -r before 2>/dev/null <"$asked_file"
  [[ $before =~ ^[0-9]{1,15}$ ]] || before=0
  question=$((before + 1))
  write_file "$asked_file" "$question"
}
question=0

# The number of the last question, for a call that reports and asks nothing.
last_question() {
  local last
  IFS= read -r last 2>/dev/null <"$asked_file"
  [[ $last =~ ^[0-9]{1,15}$ ]] || last=0
  printf '%s' "$last"
}

# coordinator_call CALL BODY SECONDS: sets reply_status and reply_line; false when no HTTP answer came. Sets question_taken: whether
# the coordinator may have noted what was said, which it has not when it was never sent, and when it answers with a status that says so.
# The token is read at every call (the kubelet renews it) and travels through a pipe, never on a command line.
# KILL, since socat ends at a TERM within its signal handler, where libssl may wait for a lock that is held for ever.
# shut-none keeps the connection open after the request was sent: a server may take the end of its input for a client that left.
coordinator_call() {
  local coordinator token answer=$answers/answer.$$ result=1
  reply_status='' reply_line='' question_taken=no
  IFS= read -r coordinator <"$home/coordinator" || [[ $coordinator ]] || return 1
  token=''
  if [[ -r $token_file ]]; then IFS= read -r token <"$token_file"; fi
  # A key may be in it (lib/tls.sh).
  (umask 077 && : >"$answer")
  printf 'POST /coordinator/v1/%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' \
    "$1" "$coordinator" "$token" "${#2}" "$2" |
    timeout -s KILL "$3" socat -d -d -t "$3" - "OPENSSL:$coordinator,cafile=$home/ca.crt,verify=1,shut-none,connect-timeout=$connect_patience" >"$answer" 2>"$answer.error" &
  # wait, unlike a foreground command, lets a SIGTERM through at once.
  wait $!
  parse_answer <"$answer" && result=0
  was_taken "$answer.error" && question_taken=yes
  coordinator_error=$(sed -n 's/^.* E //p' "$answer.error" 2>/dev/null | head -n 1 | cut -c 1-200)
  rm -f "$answer" "$answer.error"
  return $result
}
coordinator_error=''
# The folder of the answer while it is read.
answers=$home
# Seconds that a connection may take to open; the rest of a call's time is for the answer.
connect_patience=5

# Why the node is not confirmed: the coordinator's refusal, or nothing where it did not answer. There is no file once it has confirmed it.
unconfirmed_file=$home/unconfirmed

# is_confirmed UUID: whether the coordinator has confirmed this start of the server in that cluster.
is_confirmed() {
  local start known
  read -r start known _ 2>/dev/null <"$acknowledged_file"
  [[ $start == "$start_id" && $known == "$1" ]]
}

# Sets refusal; false when nothing is noted, so that the coordinator may be asked.
read_refusal() {
  refusal=''
  IFS= read -r refusal 2>/dev/null <"$unconfirmed_file"
}
refusal=''

# confirm SEQNO: tells the coordinator that this node serves and with whom, so that it knows who was left behind, and a
# position that is on disk, where one is known. False when it does not confirm that. Sets refusal to what it has against
# it, which stands until the coordinator takes it back, and given_stamp to the word that belongs beside the data. Says
# the stamp that was read before.
confirm() {
  local answered=no
  given_stamp=''
  coordinator_call ready "cluster=$cluster
ask=$(last_question)
uuid=$wsrep_cluster_state_uuid
size=$wsrep_cluster_size
members=$wsrep_incoming_addresses${stamp:+
stamp=$stamp}${1:+
seqno=$1}" 2 && [[ $reply_status == 200 ]] && answered=${reply_line%% *}
  case $answered in
    ok)
      refusal=''
      if [[ $reply_line =~ \ stamp=([^\ ]+) ]]; then given_stamp=${BASH_REMATCH[1]}; fi
      rm -f "$unconfirmed_file"
      write_file "$acknowledged_file" "$start_id $wsrep_cluster_state_uuid"
      return 0
      ;;
    refuse)
      refusal=${reply_line#refuse }
      rm -f "$acknowledged_file"
      write_file "$unconfirmed_file" "$refusal"
      ;;
    *) read_refusal || write_file "$unconfirmed_file" '' ;;
  esac
  return 1
}
given_stamp=''

# was_taken NOTES: by the answer, or by what socat says when there is none. Statuses other than these mean that nothing was noted.
was_taken() {
  case $reply_status in
    200 | 500) return 0 ;;
    '') [[ ! -s $1 ]] || grep -q 'starting data transfer loop' "$1" ;;
    *) return 1 ;;
  esac
}

# Reads an HTTP answer: its status and the first line of its body.
parse_answer() {
  local line chunked=no
  IFS= read -r line || return 1
  [[ $line =~ ^HTTP/1\.[01]\ ([0-9]{3}) ]] || return 1
  reply_status=${BASH_REMATCH[1]}
  while IFS= read -r line; do
    line=${line%$'\r'}
    [[ $line ]] || break
    [[ ${line,,} == transfer-encoding:*chunked* ]] && chunked=yes
  done
  if [[ $chunked == yes ]]; then IFS= read -r line; fi
  IFS= read -r reply_line
  reply_line=${reply_line%$'\r'}
  # The sentences are written to logs and terminals: no control characters.
  reply_line=${reply_line//[[:cntrl:]]/ }
  return 0
}

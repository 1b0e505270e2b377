# shellcheck shell=bash disable=SC2034,SC2154 # sourced by start, watch, doors and what runs in a state transfer
# TLS among the members. Who has no certificate of this cluster's authority gets no place in the group, and sends or
# receives no state transfer.
#
#   4567  the group: the provider checks both sides
#   4444  state transfers: their scripts listen at a UNIX socket, behind a door that checks who comes (receiver.sh)
#   4568  incremental transfers: a door too, because the provider's receiver gives up at the first handshake that fails
#
# These are the ports where the user sets no others.

# A folder of galera-init's own. The volume itself has the sticky bit, as all file systems in memory do: only the user of
# galera-init could replace there what that has made.
keys=${GALERA_KEYS_DIRECTORY:-/galera-tls/keys}
own_certificate=$keys/current/tls.crt own_key=$keys/current/tls.key own_authorities=$keys/current/ca.crt
# The name of the certificate that a user brings; galera-init leaves it where there is one.
brought_name=''
IFS= read -r brought_name 2>/dev/null <"$keys/name"
# options_with FOLDER: for socat, what this node proves itself with and whom it trusts.
options_with() { printf 'cert=%s,key=%s,cafile=%s,verify=1' "$1/tls.crt" "$1/tls.key" "$1/ca.crt"; }
certificate_options=$(options_with "$keys/current")
# A member whose machine is gone says nothing more: both sides notice after a minute.
alive_options=keepalive,keepidle=30,keepintvl=10,keepcnt=3
# And the name that the certificate of each member has (else src/authority/certify.ts): socat compares the one that
# answers with a name.
caller_options=$certificate_options,$alive_options,commonname=${brought_name:-galera-member}

# How this start speaks with the other members:
#   on     TLS with all of them
#   mixed  both, because other pods want TLS and this one does not, or the other way round
#   off    without TLS; there may be a key all the same
#   none   without TLS, and there is no key
tls=${GALERA_TLS:-none}
speaks_tls() { [[ $tls == on ]]; }
has_key() { [[ $tls != none ]]; }
understands_tls() { [[ $tls == on || $tls == mixed ]]; }

# Whether there can be TLS, after the server has said what it will use. Sets sst_port and ist_port, on which other
# members call this one for transfers.
settle_tls() {
  has_key || return 0
  local option receiver='' group=4567
  for option in "${provider_options[@]}"; do
    case $option in
      *socket.ssl=*)
        refuse 'the provider options set socket.ssl, which annotation galera-injector.dev/tls decides: take the option out'
        ;;
      *socket.dynamic=*)
        refuse 'the provider options set socket.dynamic, with which members without a certificate get in: take the option out'
        ;;
      *socket.ssl_key*) tls=none ;;
      ist.recv_addr=*) receiver=${option#*=} ;;
      base_port=*) group=${option#*=} ;;
    esac
  done
  if ! has_key; then
    log 'the provider options bring certificates of their own: those of galera-injector are not used'
    return
  fi
  socat -V 2>/dev/null | grep -q 'define WITH_OPENSSL' ||
    refuse 'the image has no socat with OpenSSL, which transfers among members need: add it'
  [[ -s $own_key ]] || refuse "there is no key in $keys, where the init container galera-init puts it"
  adopt_certificate || log "the key in $keys stays readable for every user of this container: its files cannot be replaced"
  sst_port=$(port_in "${settings[wsrep-sst-receive-address]}" 4444)
  [[ $group =~ ^[0-9]{1,5}$ ]] || group=4567
  ist_port=$(port_in "$receiver" $((10#$group + 1)))
}

# Whether the annotation wants TLS of every client over the network. The probes, the loop beside the server and the
# transfer scripts use the socket, which counts as secure.
requires_client_tls() { [[ ${GALERA_CLIENT_TLS:-} == required ]]; }

settle_client_tls() {
  requires_client_tls || return 0
  local wish='annotation galera-injector.dev/client-tls is required' value=${settings[require-secure-transport]-unknown}
  if [[ $value == unknown ]]; then
    refuse "$wish, but the server knows no option require_secure_transport: take MariaDB 10.5.2 or later, or the annotation out"
  fi
  if is_set require-secure-transport && [[ $value != TRUE ]]; then
    refuse "$wish, but require_secure_transport is $value by the arguments or an option file: take one of them out"
  fi
  has_key || is_set ssl-cert ||
    refuse "$wish, but the server has no certificate for clients: give --ssl-cert and --ssl-key, or take the annotation out"
}

# After the decision: mixed says that the pods of the cluster do not want the same.
choose_tls() {
  if has_key && [[ $mixed == yes ]]; then
    log 'other pods of the cluster want something else of TLS: this server accepts members with and without it'
    tls=mixed
  fi
  export GALERA_TLS=$tls
}

# port_in ADDRESS DEFAULT
port_in() {
  if [[ $1 =~ :([0-9]+)$ ]]; then printf '%s' "${BASH_REMATCH[1]}"; else printf '%s' "$2"; fi
}

# bind_to ADDRESS: for socat, which takes it for one of IPv4 where the family is not named.
bind_to() {
  printf 'bind=%s' "$1"
  if [[ $1 == \[* ]]; then printf ',pf=ip6'; fi
}

# The loopback address of the family in which the node is called.
loopback() {
  if [[ ${POD_IP:-} == *:* ]]; then printf '[::1]'; else printf '127.0.0.1'; fi
}

# When the current certificate ends, where a tag says it in milliseconds since 1970.
certificate_end() {
  local tag=''
  IFS= read -r tag <"$keys/current/tag"
  [[ ${tag##*:} =~ ^([0-9]+)[0-9]{3}$ ]] && printf '%(%F %T)T' "${BASH_REMATCH[1]}"
}

# Options for the provider. It reads the files again on request (socket.ssl_reload). Where it accepts both, it receives
# incremental transfers without TLS: a sender without it would crash at an address that wants TLS (docs/version-facts.md).
tls_provider_options() {
  local receiver=''
  if [[ $tls == mixed ]]; then receiver='socket.dynamic=YES'; else receiver="ist.recv_bind=$(loopback):$ist_port"; fi
  printf 'socket.ssl=YES;socket.ssl_cert=%s;socket.ssl_key=%s;socket.ssl_ca=%s;%s' \
    "$own_certificate" "$own_key" "$own_authorities" "$receiver"
}

# The PATH of the image, for our socat and rsync: with the folder they are in they would find themselves.
leave_transfer_bin() {
  PATH=:$PATH:
  PATH=${PATH//":$home/transfer/bin:"/:}
  PATH=${PATH#:}
  PATH=${PATH%:}
}

# Fetches what this node lacks: a certificate that lives longer, or one more authority. Sets ask_again to the seconds
# after which to ask again. False where that is not done, and renewal_problem says why; what is there stays in use. What
# a user brings comes from a Secret (brought.sh).
renew_certificate() {
  local tag='' word fresh certificate key authorities
  if [[ $brought_name ]]; then
    take_brought
    return
  fi
  IFS= read -r tag 2>/dev/null <"$keys/current/tag"
  # What counts is what the server uses: it may not let the loop have it read its files.
  if understands_tls; then tag=${loaded_tag:-$tag}; fi
  # The answer has the key: it stays in memory.
  answers=$keys coordinator_call certificate "cluster=$cluster
tag=$tag" 10
  case $reply_status in
    200) renewal_problem="the coordinator gave an answer that this version does not know: ${reply_line%% *}" ;;
    '') renewal_problem='the coordinator cannot be reached' ;;
    404) renewal_problem='the coordinator is of an older version, which has none (404): upgrade galera-injector' ;;
    *) renewal_problem="the coordinator answered $reply_status: $reply_line" ;;
  esac
  [[ $reply_status == 200 ]] || return 1
  read -r word ask_again fresh certificate key authorities < <(printf '%s\n' "$reply_line")
  [[ $ask_again =~ ^[0-9]{1,9}$ ]] || return 1
  case $word in
    keep) ;;
    new)
      renewal_problem="what the coordinator gives cannot be kept in $keys"
      keep_certificate "$fresh" "$certificate" "$key" "$authorities" || return 1
      ;;
    *) return 1 ;;
  esac
  renewal_problem=''
}
ask_again=60
renewal_problem=''

# keep_certificate TAG CERTIFICATE KEY AUTHORITIES: in a folder of their own, which takes the place of the current one
# at once. That one stays until the next time, for a server that is just reading it.
keep_certificate() {
  local folder before
  before=$(readlink "$keys/current")
  folder=$(mktemp -d "$keys/set.XXXXXX") || return 1
  if ! write_certificate "$folder" "$@" || ! ln -sfn "${folder##*/}" "$keys/next" || ! mv -fT "$keys/next" "$keys/current"; then
    rm -rf "$folder"
    return 1
  fi
  for folder in "$keys"/*/; do
    folder=${folder%/}
    case ${folder##*/} in current | "$before" | "$(readlink "$keys/current")") ;; *) rm -rf "$folder" ;; esac
  done
}

# keep_files TAG FOLDER: the same of files that stand in a folder.
keep_files() {
  keep_certificate "$1" "$(base64 -w 0 "$2/tls.crt")" "$(base64 -w 0 "$2/tls.key")" "$(base64 -w 0 "$2/ca.crt")"
}

# write_certificate FOLDER TAG CERTIFICATE KEY AUTHORITIES
write_certificate() {
  [[ $2 && $3 && $4 && $5 ]] && chmod 755 "$1" &&
    printf '%s\n' "$2" >"$1/tag" && decode "$3" >"$1/tls.crt" &&
    (umask 077 && decode "$4" >"$1/tls.key") && decode "$5" >"$1/ca.crt" &&
    chmod 644 "$1/tag" "$1/tls.crt" "$1/ca.crt" && open_to_server "$1/tls.key"
}

# open_to_server KEY: which its owner alone can read. A server has the user of this script, or root drops it to mysql;
# then root owns the key and mysql reads it by its group, because root may lack the right to read what is another's.
open_to_server() {
  if is_root && id mysql >/dev/null 2>&1; then chgrp mysql "$1" && chmod 640 "$1"; fi
}

# galera-init does not know the server's user and runs as another one, so that it writes files for all. The start script
# replaces them before the server starts, and the loop with each certificate.
adopt_certificate() {
  local folder tag
  folder=$(readlink "$keys/current")
  [[ $folder == first ]] || return 0
  IFS= read -r tag <"$keys/current/tag"
  keep_files "$tag" "$keys/current" &&
    rm -rf "${keys:?}/$folder"
}

# A here-string would be a file on the disk, before bash 5.1.
decode() { printf '%s' "$1" | base64 -d; }

# shellcheck shell=bash disable=SC2034
# The address list of the server. Galera asks a name only once and takes the first of its addresses, so names are looked at here.

# split_member MEMBER: sets member_host and member_port (with its colon, or empty).
split_member() {
  member_host=$1 member_port=''
  if [[ $1 =~ ^(\[[0-9a-fA-F:.]+\])(:[0-9]+)?$ ]] || [[ $1 =~ ^([^:]+)(:[0-9]+)?$ ]]; then
    member_host=${BASH_REMATCH[1]} member_port=${BASH_REMATCH[2]}
  fi
}

is_address() {
  [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$ || $1 =~ ^[0-9a-fA-F:.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*$ ]]
}

# resolve HOST: its addresses, one a line; IPv4 first because Galera prefers it.
resolve() {
  local host=${1#[} found
  host=${host%]}
  if is_address "$host"; then
    printf '%s\n' "$host"
    return
  fi
  found=$(timeout -s KILL 5 getent ahostsv4 "$host" 2>/dev/null) || found=''
  [[ $found ]] || found=$(timeout -s KILL 5 getent ahostsv6 "$host" 2>/dev/null) || found=''
  while read -r host _; do
    [[ $host ]] && printf '%s\n' "$host"
  done <<<"$found" | sort -u
}

# Sets own_addresses. The kubelet writes all that the pod has beside its name into /etc/hosts.
find_own_addresses() {
  local family address
  own_addresses=("${POD_IP:-}")
  for family in ahostsv4 ahostsv6; do
    while read -r address _; do
      own_addresses+=("$address")
    done < <(timeout 5 getent "$family" "${POD_NAME:-$HOSTNAME}" 2>/dev/null)
  done
}
own_addresses=()

# Groups of addresses of one pod each, as the coordinator gives them: A/B,C/D.
same_pods=''

# addresses_like ADDRESS: those of the same pod, one a line, itself among them.
addresses_like() {
  local group
  local -a groups
  IFS=, read -ra groups <<<"$same_pods"
  printf '%s\n' "$1"
  for group in "${groups[@]}"; do
    [[ /$group/ != */"$1"/* ]] || printf '%s\n' "${group//\//$'\n'}"
  done
}

# compute_addresses LIST: LIST is the coordinator's comma list, or - . Sets
#   members          what the server gets: names that stand for one address, addresses for the rest
#   member_addresses one address of every other member, for looking whether it answers
#   address_options  what the user wrote after ?
compute_addresses() {
  local configured=${WSREP_CLUSTER_ADDRESS#gcomm://} member known=' ' address found
  local -a names extra asked
  members=() member_addresses=() address_options=''
  if [[ $configured == *\?* ]]; then address_options="?${configured#*\?}"; fi
  # People write blanks behind the commas.
  IFS=', ' read -ra names <<<"${configured%%\?*}"
  for member in "${names[@]}"; do
    [[ $member ]] || continue
    split_member "$member"
    mapfile -t found < <(resolve "$member_host")
    if ((${#found[@]} == 1)); then add_member "$member_host$member_port"; fi
    for address in "${found[@]}"; do
      ((${#found[@]} == 1)) || add_member "$(bracket "$address")$member_port"
      asked+=("$address") known+="$(addresses_like "$address" | tr '\n' ' ')"
    done
  done
  [[ ${1:--} == - ]] || IFS=, read -ra extra <<<"$1"
  for address in "${extra[@]}"; do
    is_address "$address" || continue
    [[ $known == *" $address "* ]] && continue
    add_member "$(bracket "$address")"
    asked+=("$address") known+="$(addresses_like "$address" | tr '\n' ' ')"
  done
  find_others "${asked[@]}"
  if ((${#members[@]} == 0)); then add_member "$(bracket "${POD_IP:-127.0.0.1}")"; fi
}

# find_others ADDRESS…: sets member_addresses, the first one of each member that is not this node.
find_others() {
  local address known=' ' other
  find_own_addresses
  for other in "${own_addresses[@]}"; do known+="$(addresses_like "$other" | tr '\n' ' ')"; done
  for address; do
    [[ $known != *" $address "* ]] || continue
    member_addresses+=("$address") known+="$(addresses_like "$address" | tr '\n' ' ')"
  done
}

add_member() {
  [[ " ${members[*]} " == *" $1 "* ]] || members+=("$1")
}

member_list() {
  local IFS=,
  printf '%s' "${members[*]}"
}

# greets ADDRESS PORT: whether a server is there. It speaks first: its greeting of protocol 10, or an error (255), as when it
# has too many connections, in packet 0 of the MySQL protocol, which begins with three bytes of length and the number.
# A proxy, as of a service mesh, takes connections also for a server that does not run.
greets() {
  local first
  # shellcheck disable=SC2016 # expanded by the other shell
  read -ra first < <(timeout -s KILL 2 bash -c 'exec 3<>"/dev/tcp/$0/$1" && od -An -tu1 -N 5 <&3' "$1" "$2" 2>/dev/null)
  [[ ${first[2]} == 0 && ${first[3]} == 0 ]] && [[ ${first[4]} == 10 || ${first[4]} == 255 ]]
}

# Whether another member answers for SQL; an entrypoint's initialisation server never listens on the network.
# Sets answering to their number.
some_member_answers() {
  local address pid
  local -a asked
  answering=0
  for address in "${member_addresses[@]}"; do
    greets "$address" "$port" &
    asked+=($!)
  done
  for pid in "${asked[@]}"; do
    wait "$pid" && answering=$((answering + 1))
  done
  ((answering > 0))
}

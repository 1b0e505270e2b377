# shellcheck shell=bash disable=SC2034
# How each family of images is told what a node needs. A new cluster's uuid is chosen beforehand where the entrypoint keeps
# what it finds in the directory; where it clears the directory first, the uuid is reported once the cluster has formed.
#
#   flavor               identity of a new cluster   joiner skips initialisation by   socket
flavor_table='
mariadb                  chosen                      empty-schema                     -
kubernetes-examples      reported                    empty-schema                     -
percona                  reported                    environment                      /tmp/mysql.sock
bitnami                  reported                    environment                      /opt/bitnami/mariadb/tmp/mysql.sock
'

load_flavor() {
  local name
  while read -r name identity skips_by socket; do
    [[ $name == "$flavor" ]] || continue
    [[ $socket == - ]] && socket=''
    return 0
  done <<<"$flavor_table"
  refuse "GALERA_FLAVOR is $flavor; it must be one of mariadb, percona, bitnami, kubernetes-examples"
}

# Takes the user's arguments apart from what is the coordinator's to say.
read_arguments() {
  local skip=no argument
  arguments=()
  for argument in "$@"; do
    if [[ $skip == yes ]]; then
      skip=no
      continue
    fi
    if [[ $argument == --* ]]; then
      # The server takes an option also by as much of its name as is no other's.
      case $(option_name "$argument") in
        wsrep-ne* | enable-wsrep-ne* | wsrep-cluster-a*)
          log "dropping the argument $argument: who bootstraps, and the address list, are decided at each start"
          [[ $argument == *[-_]cluster[-_]a* && $argument != *=* ]] && skip=yes
          continue
          ;;
      esac
    fi
    arguments+=("$argument")
  done
}

# give NAME VALUE: an option for the server unless the user set it.
give() {
  find_option "$1" || additions+=("--$1=$2")
}

provider_path() {
  local candidate
  for candidate in /usr/lib/libgalera_smm.so /usr/lib/galera/libgalera_smm.so /usr/lib64/galera-4/libgalera_smm.so \
    /usr/lib64/galera4/libgalera_smm.so /usr/lib64/galera3/libgalera_smm.so /usr/lib64/galera/libgalera_smm.so \
    /opt/bitnami/mariadb/lib/libgalera_smm.so; do
    [[ -e $candidate ]] && break
  done
  printf '%s' "$candidate"
}

# drop_option NAME: takes the user's argument away.
drop_option() {
  local index
  for index in "${!arguments[@]}"; do
    [[ ${arguments[index]} == --* && $(option_name "${arguments[index]}") == "$1" ]] || continue
    [[ ${arguments[index]} == *=* ]] || unset "arguments[index + 1]"
    unset "arguments[index]"
  done
}

# mariadb-backup has no --innodb-buffer-pool-size since MDEV-29445 (10.11.12, 11.4.6, 11.8.2), yet the transfer script
# hands it over from the server's command line, and every transfer fails with "unknown variable". In an option file it
# does no harm.
move_buffer_pool_size() {
  [[ $sst_method == mariabackup ]] && ! ignores_option_file && find_option innodb-buffer-pool-size || return 0
  file_options+=("--innodb-buffer-pool-size=$option_value")
  drop_option innodb-buffer-pool-size
}

# The annotation's options behind the user's own, in one value: given twice, the later replaces the earlier one.
# Without blanks, because mariadb-install-db drops arguments that contain any.
give_provider_options() {
  local given=${settings[wsrep-provider-options]} defaults='' more=${GALERA_PROVIDER_OPTIONS:-}
  # Without these a node with an IPv6 address listens on IPv4 only. The ports follow from base_port.
  split_member "$node_address"
  [[ $member_host == \[* ]] && defaults="gmcast.listen_addr=tcp://[::];ist.recv_addr=$member_host"
  if understands_tls; then more="$(tls_provider_options)${more:+;$more}"; fi
  [[ $defaults$more ]] || return 0
  given=$defaults${defaults:+;}${given:+${given%;};}$more
  given=${given%;}
  drop_option wsrep-provider-options
  additions+=("--wsrep-provider-options=${given//[[:space:]]/}")
}

# Options that stand-alone recovery needs too; the binary is the one the user's arguments name.
prepare_recovery() {
  local index name first=${#arguments[@]}
  local -a more
  server_command=() names_server=no
  for index in "${!arguments[@]}"; do
    name=${arguments[index]##*/}
    if [[ ${arguments[index]} != -* ]] && [[ $name == mariadbd || $name == mysqld ]]; then
      server_command=("$(command -v "${arguments[index]}" || command -v "$name")")
      first=$((index + 1)) names_server=yes
      break
    fi
    # An entrypoint that is given options only puts the server in front of them.
    if [[ ${arguments[index]} == -?* && ${arguments[index]} != -- ]] && ((index < first)); then first=$index; fi
  done
  server_options=()
  if takes_options; then server_options=("${arguments[@]:first}"); fi
  if ((${#server_command[@]} == 0)) || [[ -z ${server_command[0]} ]]; then
    server_command=("$(command -v mariadbd || command -v mysqld || printf '/opt/bitnami/mariadb/sbin/mysqld')")
  fi
  if [[ $flavor == bitnami ]]; then
    if [[ -r /opt/bitnami/mariadb/conf/my.cnf ]]; then server_command+=(--defaults-file=/opt/bitnami/mariadb/conf/my.cnf); fi
    # Its run.sh takes no arguments for the server but these, and names the data directory itself.
    read -ra more <<<"${MARIADB_EXTRA_FLAGS:-}"
    server_options+=("${more[@]}" "--datadir=$data")
  fi
  # Without all four the server says "disabled, skipping position recovery"; it contacts nobody.
  recovery_options=(--wsrep-on=ON "--wsrep-provider=$(provider_path)" --wsrep-cluster-address=gcomm://localhost --binlog-format=ROW)
}

# To these servers every directory is a database. ignore_aside OPTION
ignore_aside() {
  if [[ -d $aside_by_name ]]; then additions+=("$1=${aside_by_name##*/}"); fi
  if [[ -d $aside_by_folder ]]; then additions+=("$1=lost+found"); fi
}

# Galera prefers the donor whose cache begins latest, so one that has just joined. That one sends an incremental transfer
# only up to the view in which it joined itself (cc_seqno_ in galera/src/replicator_str.cpp; seen with 10.11.19): the
# joiner leaves its group, "IST didn't contain all write sets", and hangs. Those that serve already come first, any
# other after them.
prefer_donors() {
  [[ $donors ]] && ! is_set wsrep-sst-donor || return 0
  # Where segments say who is near, a donor that is named would be taken from far away.
  local said="${settings[wsrep-provider-options]} ${GALERA_PROVIDER_OPTIONS:-} ${given_options[*]} $address_options"
  [[ $said != *gmcast[._-]segment* ]] || return 0
  additions+=("--wsrep-sst-donor=$donors,")
}

# Clients are served TLS with the same certificate, unless the user has another one. A donor finds the methods with TLS.
give_tls() {
  is_set ssl-cert || is_set ssl-key || is_set ssl-ca || additions+=("--ssl-cert=$own_certificate" "--ssl-key=$own_key" "--ssl-ca=$own_authorities")
  export PATH=$home/transfer:$PATH
}

# A joiner asks for a transfer by the name of the method. Of the user's argument the later one counts.
give_tls_method() {
  drop_option wsrep-sst-method
  additions+=("--wsrep-sst-method=tls-$sst_method")
}

# Every pass_* fills additions, file_options (for the option file only) and the environment for one flavor. bootstrap is yes in the process that was granted it.
pass_mariadb() {
  move_buffer_pool_size
  give wsrep-on ON
  give wsrep-provider "$(provider_path)"
  additions+=("--wsrep-cluster-address=gcomm://$(member_list)$address_options")
  give wsrep-cluster-name "$WSREP_CLUSTER_NAME"
  give wsrep-node-name "$WSREP_NODE_NAME"
  give wsrep-node-address "$node_address"
  if understands_tls; then give_tls; fi
  if requires_client_tls; then additions+=(--require-secure-transport=ON); fi
  if speaks_tls; then give_tls_method; else give wsrep-sst-method "$sst_method"; fi
  give_account
  give binlog-format ROW
  give innodb-autoinc-lock-mode 2
  give default-storage-engine InnoDB
  give bind-address '*'
  ignore_aside --ignore-db-dirs
  if [[ $bootstrap == yes ]]; then additions+=(--wsrep-new-cluster); fi
}

# The entrypoints that write the address into a file initialise a database only on a first bootstrap, with a server of
# their own that must not look for others. At all other starts a file of the user that is read later does not win.
give_address() {
  if [[ $bootstrap == yes ]] && ! holds_data; then return; fi
  additions+=("--wsrep-cluster-address=gcomm://$(member_list)$address_options")
}

# The image of kubernetes/examples: its entrypoint writes the address into a file and completes a bare gcomm:// by itself.
pass_kubernetes_examples() {
  WSREP_CLUSTER_ADDRESS=gcomm://$(member_list)$address_options
  export WSREP_CLUSTER_ADDRESS
  give_address
  if [[ ${WSREP_SST_METHOD:-} ]]; then give wsrep-sst-method "$WSREP_SST_METHOD"; fi
  give wsrep-cluster-name "$WSREP_CLUSTER_NAME"
  give wsrep-node-name "$WSREP_NODE_NAME"
  give wsrep-node-address "$node_address"
  ignore_aside --loose-ignore-db-dirs
  if [[ $bootstrap == yes ]]; then additions+=(--wsrep-new-cluster); fi
}

# An empty CLUSTER_JOIN makes this entrypoint clear the directory and initialise it, so only a first bootstrap gets that.
pass_percona() {
  CLUSTER_NAME=$WSREP_CLUSTER_NAME
  CLUSTER_JOIN=$(member_list)
  if [[ $bootstrap == yes ]] && ! holds_data; then
    CLUSTER_JOIN=''
  elif [[ $bootstrap == yes ]]; then
    additions+=(--wsrep-new-cluster)
  fi
  export CLUSTER_NAME CLUSTER_JOIN
  give_address
  if [[ ${WSREP_SST_METHOD:-} ]]; then give wsrep-sst-method "$WSREP_SST_METHOD"; fi
  give wsrep-node-name "$WSREP_NODE_NAME"
  give wsrep-node-address "$node_address"
  # The entrypoint names itself in its file, and the coordinator knows the members of a view by their addresses.
  split_member "$node_address"
  give wsrep-node-incoming-address "$member_host:$port"
  # On by default from 8.0, with a certificate of its own on each node: without a shared one two nodes cannot meet.
  # Only 5.7 takes folders for databases, and calls the option so.
  ignore_aside --loose-ignore-db-dir
  is_set pxc-encrypt-cluster-traffic || additions+=(--loose-pxc-encrypt-cluster-traffic=OFF)
}

# This entrypoint takes no arguments for the server. It bootstraps by itself where its own reading of the list, which knows
# neither IPv6 nor options, finds no other node; not once it finds the mark that it leaves after a first start. Its file
# gets gcomm:// then, so the list is given as an option as well, which wins.
pass_bitnami() {
  local address list=''
  for address in "${member_addresses[@]:-$POD_IP}"; do list+=${list:+,}$(bracket "$address"); done
  MARIADB_GALERA_CLUSTER_ADDRESS=gcomm://$list$address_options
  MARIADB_GALERA_CLUSTER_NAME=$WSREP_CLUSTER_NAME
  MARIADB_GALERA_NODE_NAME=$WSREP_NODE_NAME
  MARIADB_GALERA_NODE_ADDRESS=$node_address
  MARIADB_GALERA_SST_METHOD=$sst_method
  MARIADB_GALERA_CLUSTER_BOOTSTRAP=$bootstrap
  # The start script marks the data itself, once it is told to bootstrap.
  unset MARIADB_GALERA_FORCE_SAFETOBOOTSTRAP
  if [[ $bootstrap == no ]]; then
    must 'write the mark by which the entrypoint does not bootstrap' mark_started
  fi
  give_address
  if [[ $bootstrap == yes ]] && holds_data; then additions+=(--wsrep-new-cluster); fi
  ignore_aside --ignore-db-dirs
  MARIADB_EXTRA_FLAGS="${MARIADB_EXTRA_FLAGS:-}${additions[*]:+ ${additions[*]}}"
  additions=()
  export MARIADB_GALERA_CLUSTER_ADDRESS MARIADB_GALERA_CLUSTER_NAME MARIADB_GALERA_NODE_NAME MARIADB_GALERA_NODE_ADDRESS \
    MARIADB_GALERA_SST_METHOD MARIADB_GALERA_CLUSTER_BOOTSTRAP MARIADB_EXTRA_FLAGS
}

# The file of Bitnami's get_previous_boot, in the volume above the data.
mark_started() {
  mkdir -p "${data%/*}/.bootstrap" && : >"${data%/*}/.bootstrap/done"
}

# Sets command_line: what start becomes.
prepare_server() {
  additions=() file_options=()
  node_address=$WSREP_NODE_ADDRESS
  if is_set wsrep-node-address; then node_address=${settings[wsrep-node-address]}; fi
  # A port may stand behind it, and an address of IPv6 alone has colons of its own.
  if is_address "$node_address"; then node_address=$(bracket "$node_address"); fi
  give_provider_options
  prefer_donors
  # Also where the entrypoint finds it again, as Percona's does: without one a last view forms again under the zero uuid, on whatever data
  # there is.
  if [[ $start_position ]]; then additions+=("--wsrep-start-position=$start_position"); fi
  "pass_${flavor//-/_}"
  file_options=("${additions[@]}" "${file_options[@]}")
  ((${#file_options[@]} == 0)) || must_run "write $option_file" write_option_file "${file_options[@]}"
  command_line=("${arguments[@]}")
  if takes_options; then command_line+=("${additions[@]}"); fi
}

# shellcheck shell=bash disable=SC2034
# What the server will use. It is asked itself, once a start, with the user's arguments: it knows its defaults, its option files,
# and which of them count. It takes 0.02 s for --print-defaults and 0.1 s for --help, and an option that it does not know
# does not keep it from printing. What differs by version, here and below, is in docs/version-facts.md.

# Values by name, with dashes; empty where there is none.
declare -A settings=()
# The options of the files and the arguments, as far as they have no blanks.
given_options=()
# The server's version, as MAJOR.MINOR.
server_version=''
# NAME=VALUE of the provider, those of the annotation behind the server's own; without blanks.
provider_options=()

# The name of an option without its dashes and value; the server takes - and _ alike.
option_name() {
  local name=${1#--}
  name=${name%%=*}
  name=${name//_/-}
  printf '%s' "${name#loose-}"
}

# find_option NAME: true when the user's arguments set it; option_value is then its value.
find_option() {
  local index
  option_value=''
  for index in "${!arguments[@]}"; do
    [[ ${arguments[index]} == --* && $(option_name "${arguments[index]}") == "$1" ]] || continue
    if [[ ${arguments[index]} == *=* ]]; then
      option_value=${arguments[index]#*=}
    else
      option_value=${arguments[index + 1]}
    fi
    return 0
  done
  return 1
}

# is_set NAME: whether an option file or an argument sets it, so that it is no default.
is_set() {
  local option
  for option in "${given_options[@]}"; do
    option=${option//_/-}
    option=${option/#--loose-/--}
    [[ $option == "--$1" || $option == "--$1="* ]] && return
  done
  return 1
}

# server_says OPTION…: what the server prints for options that end it. Those that name option files have to come first.
server_says() {
  local count=0
  while [[ ${server_options[count]} == --defaults-* || ${server_options[count]} == --no-defaults ]]; do
    count=$((count + 1))
  done
  (cd / && as_server "${server_command[@]}" "${server_options[@]:0:count}" "$@" "${server_options[@]:count}")
}

# Sets settings and given_options, or problem. The provider would check what it is told, and MySQL would make the index of
# the binary log.
read_settings() {
  local name value said=$home/settings
  server_says --verbose --help --log-bin-index="$home/no-binary-log.index" --loose-wsrep-provider=none >"$said" 2>&1
  if ! grep -q '^Variables (' "$said"; then
    problem=$(grep -iE 'error|could not|cannot|not found' "$said" | head -n 1 | cut -c 1-240)
    [[ $problem ]] || problem=$(tail -n 1 "$said" | cut -c 1-240)
    return 1
  fi
  [[ $(grep -m 1 ' Ver ' "$said") =~ \ Ver\ ([0-9]+\.[0-9]+) ]] && server_version=${BASH_REMATCH[1]}
  while read -r name value; do
    [[ $value == '(No default value)' ]] && value=''
    [[ $name =~ ^[a-zA-Z][a-zA-Z0-9-]*$ ]] && settings[$name]=$value
  done < <(sed '1,/^Variables (/d' "$said")
  read -ra given_options < <(server_says --print-defaults 2>/dev/null | tail -n 1)
}

ask_settings() {
  local problem
  until read_settings; do
    set_state waiting
    log_change "the server does not say what its options are, trying again every 10 s: $problem"
    pause 10
  done
  port=${settings[port]:-3306}
  if [[ $flavor == bitnami && ${MARIADB_PORT_NUMBER:-} ]]; then port=$MARIADB_PORT_NUMBER; fi
  if is_set socket || [[ -z $socket ]]; then socket=${settings[socket]}; fi
  if [[ $socket && $socket != /* ]]; then socket=$data/$socket; fi
  if is_set wsrep-sst-method; then sst_method=${settings[wsrep-sst-method]}; fi
  # Beside a text of them the server ignores those that are given one by one, and a start may give a text.
  if [[ -z ${settings[wsrep-provider-options]} ]]; then settings[wsrep-provider-options]=$(single_provider_options); fi
  IFS=';' read -ra provider_options <<<"${settings[wsrep-provider-options]};${GALERA_PROVIDER_OPTIONS:-}"
  provider_options=("${provider_options[@]//[[:space:]]/}")
}

# read_single OPTION: whether it is an option of the provider that is given by itself, as newer servers take them.
# The server's help does not list these. Sets single_name, by which the provider knows it, and single_value.
read_single() {
  single_name=$(option_name "$1") single_value=ON
  case $single_name in skip-* | disable-*) single_value=OFF ;; esac
  single_name=${single_name#skip-} single_name=${single_name#disable-} single_name=${single_name#enable-}
  [[ $single_name == wsrep-provider-?* && $single_name != wsrep-provider-o* ]] || return 1
  single_name=${single_name#wsrep-provider-}
  if [[ $1 == *=* ]]; then single_value=${1#*=}; fi
  case $single_name in
    base-* | debug) ;;
    *) single_name=${single_name/-/.} ;;
  esac
  single_name=${single_name//-/_}
}
single_name='' single_value=''

# Prints them as the text that the provider reads, where not every option knows ON and OFF, but all that can be either
# know 1 and 0.
single_provider_options() {
  local option
  for option in "${given_options[@]}"; do
    read_single "$option" || continue
    case ${single_value,,} in on | yes | true) single_value=1 ;; off | no | false) single_value=0 ;; esac
    printf '%s=%s;' "$single_name" "$single_value"
  done
}

# require_folder NAME REMEDY: refuses where the server keeps in another folder what is looked for in the data directory.
require_folder() {
  local value=${settings[$1]}
  [[ $value && $value != . && $value != ./ ]] || return 0
  [[ $value == / ]] || value=${value%/}
  [[ $value == "$data" || $(realpath -m "$value") == "$(realpath -m "$data")" ]] && return
  refuse "$1 is $value, but this pod was admitted with the data directory $data: $2"
}

# require_quorum OPTION VALUE WHERE: refuses what would let a part of the cluster go on beside the rest, as two histories of one uuid.
require_quorum() {
  # The server takes an option also by as much of its name as is no other's.
  case $1 in pc.b* | pc.ignore_[sq]*) ;; *) return 0 ;; esac
  case ${2,,} in 0 | no | false | off) return 0 ;; esac
  refuse "$1=$2 in $3 would let a part of the cluster serve without its quorum: take it out"
}

# First those that are given one by one, so that it is these that are named.
require_quorum_options() {
  local pair option
  for option in "${given_options[@]}"; do
    if read_single "$option"; then require_quorum "$single_name" "$single_value" "the option ${option%%=*}"; fi
  done
  for pair in "${provider_options[@]}"; do
    require_quorum "${pair%%=*}" "${pair#*=}" 'the provider options'
  done
}

# Refuses what would make the server one of its own, which takes writes that no other has.
require_node() {
  local option before=''
  for option in "${given_options[@]}"; do
    option=${option//_/-}
    option=${option/#--loose-/--}
    # A value may stand behind its option as a word of its own.
    if [[ $before == --wsrep-provider ]]; then option=$before=$option; fi
    before=$option
    case $option in
      --wsrep-on=[0Oo][!Nn]* | --wsrep-on=0 | --wsrep-on=[Ff]* | --skip-wsrep-on | --disable-wsrep-on | \
        --wsrep-provider=[Nn][Oo][Nn][Ee])
        refuse "the option $option would make this server no node of the cluster: take it out of the arguments or the option files"
        ;;
    esac
  done
}

# Refuses what would make this node look at another directory than its server, or form a cluster by itself.
check_settings() {
  local elsewhere='take it out of the arguments and the option files'
  require_folder datadir "give --datadir=${settings[datadir]%/} in the arguments of the container, where galera-injector sees it, or take it out of the option files"
  require_folder wsrep-data-home-dir "$elsewhere"
  require_folder innodb-data-home-dir "$elsewhere"
  if [[ ${settings[wsrep-new-cluster]} == TRUE ]]; then
    refuse 'wsrep-new-cluster is TRUE by an option file, so that each start would begin a new cluster: take it out; who bootstraps is decided at each start'
  fi
  require_node
  require_quorum_options
}

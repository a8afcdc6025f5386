# What the scripts that drive a node with `icp` have in common; sourced behind node.sh, with `here` this folder.

count=0
failures=0
output=

# require_icp: the command, which sees nothing of the user's settings and leaves nothing there.
require_icp() {
    [ "$(uname -sm)" = "Linux x86_64" ] || skip "the package with the icp command is for Linux on x64"
    install_package "$here"
    export HOME=$scratch/home ICP_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1 NO_COLOR=1
    unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME ICP_NETWORK ICP_ENVIRONMENT ICP_HOME ICP_CLI_NETWORK_LAUNCHER_PATH
    mkdir -p "$HOME" "$scratch/project"
    cd "$scratch/project" || exit 1
    icp_program=$here/node_modules/@icp-sdk/icp-cli-linux-x64/bin/icp
}

icp() { timeout 120 "$icp_program" "$@" </dev/null; }
decant() { "$root/decant" "$@" --node "$url"; }
hash_of() { sha256sum "$1" | cut -d' ' -f1; }

tell() {
    local holds=$1 title=$2 pattern=$3
    shift 3
    count=$((count + 1))
    if "$holds" && grep -Eq -- "$pattern" <<<"$output"; then
        echo "ok    $title"
    else
        failures=$((failures + 1))
        echo "FAIL  $title: expected $("$holds" || echo "another exit code and ")/$pattern/ from: $*"
        sed 's/^/      /' <<<"$output"
    fi
}

# check TITLE PATTERN ARGUMENT...: icp succeeds and prints what matches.
check() {
    local title=$1 pattern=$2
    shift 2
    if output=$(icp "$@" 2>&1); then tell true "$title" "$pattern" icp "$@"; else tell false "$title" "$pattern" icp "$@"; fi
}

# refused TITLE PATTERN ARGUMENT...: icp fails and prints what matches.
refused() {
    local title=$1 pattern=$2
    shift 2
    if output=$(icp "$@" 2>&1); then tell false "$title" "$pattern" icp "$@"; else tell true "$title" "$pattern" icp "$@"; fi
}

# decants TITLE PATTERN ARGUMENT...: our own command succeeds and prints what matches.
decants() {
    local title=$1 pattern=$2
    shift 2
    if output=$(decant "$@" 2>&1); then tell true "$title" "$pattern" decant "$@"; else tell false "$title" "$pattern" decant "$@"; fi
}

# holds TITLE COMMAND...: a command of this script succeeds.
holds() {
    local title=$1
    shift
    if output=$("$@" 2>&1); then tell true "$title" "" "$@"; else tell false "$title" "" "$@"; fi
}

# id_in: the first canister id in what the last check printed.
id_in() { grep -Eo '([a-z0-9]{5}-){4}cai' <<<"$output" | head -1; }

# number_in: the first number in what the last check printed, without its underscores.
number_in() { grep -Eo '[0-9][0-9_]*' <<<"$output" | head -1 | tr -d _; }

# tampering HOW [FILE]: a proxy before the node that changes its replies; sets `changed`.
tampering() {
    : >"$scratch/tamper.out"
    node "$here/tamper.mjs" "$url" "$@" >"$scratch/tamper.out" &
    tamper_process=$!
    for _ in $(seq 100); do
        changed=$(cat "$scratch/tamper.out")
        [ -z "$changed" ] || break
        sleep 0.1
    done
}

end_tampering() {
    kill "$tamper_process"
    wait "$tamper_process" 2>/dev/null
}

# keep_certificate: has one kept that is old by the time it is shown again; sets `kept_at`, if there is Node.js.
keep_certificate() {
    kept_at=
    command -v node >/dev/null || return 0
    tampering keep "$scratch/kept"
    icp canister status "$canister" -p -n "$changed" -k "$root_key" >/dev/null 2>&1
    end_tampering
    [ ! -s "$scratch/kept-controllers" ] || kept_at=$SECONDS
}

finish() {
    echo "$((count - failures)) of $count checks passed"
    [ "$failures" = 0 ]
}

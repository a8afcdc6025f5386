# What the scripts that drive a node have in common; sourced, not run. A script that sources it has `root`, the
# project's folder, and `scratch`, a temporary one that is removed with everything else when the script ends, in
# whatever way.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scratch=$(mktemp -d)
node_process=

leave() {
    local status=$?
    trap '' INT TERM
    if [ -n "$node_process" ]; then
        kill "$node_process" 2>/dev/null
        for _ in $(seq 100); do
            kill -0 "$node_process" 2>/dev/null || break
            sleep 0.1
        done
        kill -9 "$node_process" 2>/dev/null
        wait "$node_process" 2>/dev/null
    fi
    rm -rf "$scratch"
    exit "$status"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# skip REASON: there is nothing to run the checks with, which is no failure of theirs.
skip() {
    echo "skipped: $1"
    exit 0
}

# install_package FOLDER: what the lock file in the folder says, by npm; skips if the packages cannot be fetched.
install_package() {
    local folder=$1
    if [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ]; then
        return
    fi
    command -v npm >/dev/null || skip "there is no npm on the PATH"
    if ! (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-timeout=60000) \
        >"$scratch/npm.out" 2>&1; then
        if grep -Eq 'E(NOTFOUND|AI_AGAIN|CONN|TIMEDOUT|NETUNREACH|HOSTUNREACH|PIPE|403|407|429|5[0-9][0-9])|SOCKET|network' \
            "$scratch/npm.out"; then
            skip "npm cannot fetch the packages: $(grep -m1 -i 'err' "$scratch/npm.out")"
        fi
        cat "$scratch/npm.out"
        exit 1
    fi
}

# start_node: a node of its own on a free port, with its state in the scratch folder. Sets `url`.
start_node() {
    : >"$scratch/node.out"
    "$root/decant" start --state "$scratch/state" --port 0 >"$scratch/node.out" 2>"$scratch/node.err" &
    node_process=$!
    # The first start builds Decant, which takes a while.
    for _ in $(seq 3000); do
        url=$(sed -n 's/^Decant is ready on \([^,]*\),.*/\1/p' "$scratch/node.out")
        [ -z "$url" ] || return 0
        if ! kill -0 "$node_process" 2>/dev/null; then
            echo "the node did not start:"
            cat "$scratch/node.err"
            exit 1
        fi
        sleep 0.2
    done
    echo "the node was not ready within ten minutes:"
    cat "$scratch/node.err"
    exit 1
}

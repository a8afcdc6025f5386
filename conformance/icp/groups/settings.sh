# Settings of a canister, one by one.

on=("$canister" "${node[@]}")
update() { check "$1" "" canister settings update "${on[@]}" "${@:3}"; check "... and shown" "$2" canister settings show "${on[@]}"; }

check "settings are shown" "Freezing threshold: 2_592_000" canister settings show "${on[@]}"
update "a controller is added" "controller: $stranger" --add-controller "$stranger"
check "who may change them, too" "" canister settings update "${on[@]}" --identity stranger --freezing-threshold 60d
update "and removed" "controller: $owner" --remove-controller "$stranger" --force
refused "and then no more" "IC0512" canister settings update "${on[@]}" --identity stranger --freezing-threshold 90d
update "the freezing threshold" "Freezing threshold: 7_776_000" --freezing-threshold 90d
update "the compute allocation" "Compute allocation: 1" --compute-allocation 1
update "the memory allocation" "Memory allocation: 2_147_483_648" --memory-allocation 2gib
update "the reserved cycles limit" "Reserved cycles limit: 1_000_000_000_000" --reserved-cycles-limit 1t
update "the limit of the Wasm memory" "Wasm memory limit: 1_073_741_824" --wasm-memory-limit 1gib
update "the threshold of the Wasm memory" "Wasm memory threshold: 1_048_576" --wasm-memory-threshold 1mib
update "the size of the log" "Log memory limit: 8_192" --log-memory-limit 8kib
update "who sees the log" "Log visibility: Public" --log-visibility public
check "a stranger sees it now" "" canister logs "${on[@]}" --identity stranger
update "who sees the snapshots" "Snapshot visibility: Public" --snapshot-visibility public
update "who sees the status" "Status visibility: Public" --status-visibility public
check "a stranger sees it now, too" "Memory allocation: 2_147_483_648" canister status "${on[@]}" --identity stranger
update "certain viewers" "$stranger" --set-log-viewer "$stranger"
update "an environment variable" "COLOUR: blue" --add-environment-variable COLOUR=blue
update "is taken away" "Environment variables" --remove-environment-variable COLOUR
refused "what is out of range is refused" "0.?-.?100|range|[Ii]nvalid" canister settings update "${on[@]}" --compute-allocation 101
refused "what the node forbids is told" "log_memory_limit|too high|2 ?MiB|[Ii]nvalid" canister settings update "${on[@]}" --log-memory-limit 3mib
check "all is set back" "" canister settings update "${on[@]}" --compute-allocation 0 --memory-allocation 0 \
    --wasm-memory-limit 3gib --wasm-memory-threshold 0 --status-visibility controllers --snapshot-visibility controllers --force

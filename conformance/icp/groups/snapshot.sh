# Snapshots, and their directories going from one command to the other. Both commands are given absolute paths.

on=("$canister" "${node[@]}")
check "a fresh counter is installed" "" canister install "${on[@]}" --mode reinstall --yes --wasm "$v2"
check "it counts to six" "^\(6 : nat\)$" canister call "${on[@]}" add '(6)'

new_id() { sed -n 's/.*[Ss]napshot \([0-9a-f]\{20,\}\).*/\1/p' <<<"$output" | head -1; }
same() {
    local title=$1
    if output=$(diff -r -x decant.json -x metadata.json -x .lock "$2" "$3" 2>&1); then tell true "$title" ""; else tell false "$title" ""; fi
}
refused "of a running canister no snapshot is made" "currently running" canister snapshot create "${on[@]}"
check "the canister is stopped for a snapshot" "" canister stop "${on[@]}"
check "a snapshot is created" "Created snapshot [0-9a-f]{20,}" canister snapshot create "${on[@]}"
first=$(new_id)
check "it is listed" "$first" canister snapshot list "${on[@]}"
check "it is listed as JSON" "\"total_size_bytes\":[1-9]" canister snapshot list "${on[@]}" --json
check "it is downloaded" "" canister snapshot download "${on[@]}" "$first" -o "$scratch/theirs"
check "the canister goes on" "" canister start "${on[@]}"
check "and changes" "^\(7 : nat\)$" canister call "${on[@]}" inc '()'
refused "a running canister is not restored" "currently running" canister snapshot restore "${on[@]}" "$first"
check "the canister is stopped to be restored" "" canister stop "${on[@]}"
check "the snapshot is restored" "" canister snapshot restore "${on[@]}" "$first"
check "the restored canister is started" "" canister start "${on[@]}"
check "it has what the snapshot kept" "^\(6 : nat\)$" canister call "${on[@]}" get '()' --query
check "the download is uploaded" "[0-9a-f]{20,}" canister snapshot upload "${on[@]}" -i "$scratch/theirs" --json
check "what was uploaded is listed" "$(grep -Eo '[0-9a-f]{20,}' <<<"$output" | head -1)" canister snapshot list "${on[@]}"
decants "decant exports the same snapshot" "$first is in" snapshot export "$first" "$scratch/ours"
same "the two directories are the same" "$scratch/theirs" "$scratch/ours"
check "icp uploads a directory of decant" "[0-9a-f]{20,}" canister snapshot upload "${on[@]}" -i "$scratch/ours" --json
third=$(grep -Eo '[0-9a-f]{20,}' <<<"$output" | head -1)
check "the canister changes again" "^\(7 : nat\)$" canister call "${on[@]}" inc '()'
check "the canister is stopped once more" "" canister stop "${on[@]}"
check "what decant exported and icp uploaded is restored" "" canister snapshot restore "${on[@]}" "$third"
check "the canister is started once more" "" canister start "${on[@]}"
check "it has what was exported" "^\(6 : nat\)$" canister call "${on[@]}" get '()' --query
decants "decant imports a directory of icp" "is snapshot [0-9]+ of" snapshot import "$scratch/theirs" "$canister"
refused "a stranger sees no snapshots" "IC0[0-9]{3}" canister snapshot list "${on[@]}" --identity stranger
refused "a stranger deletes no snapshot" "IC0[0-9]{3}" canister snapshot delete "${on[@]}" "$first" --identity stranger
check "the snapshot is deleted" "" canister snapshot delete "${on[@]}" "$first"
refused "and cannot be downloaded any more" "IC0[0-9]{3}|not found" canister snapshot download "${on[@]}" "$first" -o "$scratch/none"

# Canisters made from the cycles on the ledger, filled up, and given back.

check "anonymous has cycles to give" "Transferred 100_000_000_000_000 cycles" \
    cycles transfer 100t "$owner" "${node[@]}" --identity anonymous
check "a canister is made from them" "cai" canister create --detached -q "${node[@]}"
made=$(id_in)
of_made=("$made" "${node[@]}")
check "it has two trillion cycles" "Cycles: 2_000_000_000_000$" canister status "${of_made[@]}"
check "it is its maker's" "controller: $owner" canister status "${of_made[@]}"
check "the fee was paid, too" "Balance: 97_999_900_000_000 cycles" cycles balance "${node[@]}"
check "one is made with settings" "cai" canister create --detached -q "${node[@]}" --cycles 3t \
    --controller "$owner" --controller "$stranger" --freezing-threshold 30d --compute-allocation 1 --memory-allocation 1gib
set_up=$(id_in)
check "which it has" "Freezing threshold: 2_592_000" canister status "$set_up" "${node[@]}"
check "all of them" "Memory allocation: 1_073_741_824" canister status "$set_up" "${node[@]}"
check "both may control it" "Cycles: 3_000_000_000_000$" canister status "$set_up" "${node[@]}" --identity stranger
subnet=$(decant call um5iw-rqaaa-aaaaq-qaaba-cai icrc1_name '()' >/dev/null 2>&1
    decant call rkp4c-7iaaa-aaaaa-aaaca-cai get_default_subnets '()' --query 2>/dev/null |
        sed -n 's/.*principal "\([^"]*\)".*/\1/p')
check "one is made on the subnet that is named" "cai" canister create --detached -q "${node[@]}" --subnet "$subnet"
refused "on another it is not" "404|not here|[Nn]ot [Ff]ound" \
    canister create --detached -q "${node[@]}" --subnet tdb26-jop6k-aogll-7ltgs-eruif-6kk7m-qpktf-gdiqx-mxtrf-vb5e6-eqe
refused "who has no cycles makes none" "[Ii]nsufficient" canister create --detached -q "${node[@]}" --identity stranger

check "ICP pays for one as well" "Transferred" token transfer 10 "$owner" "${node[@]}" --identity anonymous
check "through the cycles minting canister" "cai" canister create --detached -q "${node[@]}" --with-icp 2
check "at its rate" "Cycles: 10_000_000_000_000$" canister status "$(id_in)" "${node[@]}"

check "a canister is topped up" "Topped up" canister top-up "${of_made[@]}" --amount 1t
check "with just that" "Cycles: 3_000_000_000_000$" canister status "${of_made[@]}"
refused "not with what is not there" "[Ii]nsufficient" canister top-up "${of_made[@]}" --amount 1000t
refused "and not a canister that is not there" "not found|[Ff]ailed" canister top-up r7inp-6aaaa-aaaaa-aaabq-cai "${node[@]}" --amount 1t

check "it gets code" "" canister install "${of_made[@]}" --mode install --wasm "$v1"
check "what was spent is known" "Balance: [0-9_]+ cycles" cycles balance "${node[@]}"
before=$(number_in)
check "it is deleted and its cycles come back" "Recovered [0-9]+ cycles" canister delete "${of_made[@]}"
refused "it is gone" "not found|IC0301" canister status "${of_made[@]}"
check "the cycles are on the ledger" "Balance: [0-9_]+ cycles" cycles balance "${node[@]}"
holds "nearly all of them" test $(($(number_in) - before)) -gt 2900000000000
decants "what icp deleted can be brought back" "" undo "$made" --yes
decants "its history knows what it was before icp replaced its module" "reinstall" history "$made"
point=$(sed -n '/^RESTORE POINT/,$p' <<<"$output" | awk '/reinstall/ { print $1; exit }')
decants "and takes it back to that" "" undo "$made" --to "$point" --yes
check "it is there again" "$(hash_of "$v1")" canister status "${of_made[@]}"
check "another is deleted without" "" canister delete "$set_up" "${node[@]}" --no-recover-cycles

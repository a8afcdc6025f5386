# Moving the id of a canister to another subnet: there is one subnet here, and icp says so before anything changes.

check "the owner has cycles" "Transferred" cycles transfer 40t "$owner" "${node[@]}" --identity anonymous
check "a canister is made" "cai" canister create --detached -q "${node[@]}" --cycles 12t
migrated=$(id_in)
check "and another one" "cai" canister create --detached -q "${node[@]}" --cycles 12t
replaced=$(id_in)
check "the first is stopped" "" canister stop "$migrated" "${node[@]}"
check "the other one, too" "" canister stop "$replaced" "${node[@]}"
refused "an id has nowhere to go" "are on the same subnet" \
    canister migrate-id "$migrated" --replace "$replaced" -y "${node[@]}"
check "and both are as they were" "controller: $owner$" canister status "$migrated" "${node[@]}"
check "the other one, too" "controller: $owner$" canister status "$replaced" "${node[@]}"

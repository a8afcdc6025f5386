# Cycles and tokens: balances, transfers, allowances, and cycles for ICP.

icp identity new rich --storage plaintext -q >/dev/null 2>&1
rich=$(icp identity principal --identity rich 2>/dev/null)
as=("${node[@]}" --identity rich)

check "nobody begins with cycles" "Balance: 0 cycles" cycles balance "${as[@]}"
check "anonymous gives some" "Transferred 5_000_000_000_000 cycles" cycles transfer 5t "$rich" "${node[@]}" --identity anonymous
check "they arrive" "Balance: 5_000_000_000_000 cycles" cycles balance "${as[@]}"
check "some go on" "Transferred 1_000_000_000_000 cycles" cycles transfer 1t "$stranger" "${as[@]}"
check "the fee is taken" "Balance: 3_999_900_000_000 cycles" cycles balance "${as[@]}"
refused "more than there are do not" "[Ii]nsufficient" cycles transfer 4t "$stranger" "${as[@]}"
check "a subaccount is an account of its own" "Transferred" cycles transfer 1t "$rich" "${as[@]}" --to-subaccount 01
check "which has what it was given" "Balance: 1_000_000_000_000 cycles" cycles balance "${as[@]}" --subaccount 01
check "and gives it back" "Transferred" cycles transfer 500b "$rich" "${as[@]}" --from-subaccount 01

check "nobody begins with ICP" "Balance: 0 ICP" token balance "${as[@]}"
check "anonymous gives some of that, too" "Transferred 100\.0+ ICP" token transfer 100 "$rich" "${node[@]}" --identity anonymous
check "it arrives" "Balance: 100\.0+ ICP" token balance "${as[@]}"
account=$(icp identity account-id --identity stranger 2>/dev/null)
check "it goes to an account identifier" "Transferred 2\.5" token transfer 2.5 "$account" "${as[@]}"
check "and is found under the principal" "Balance: 2\.50* ICP" token balance "${node[@]}" --identity stranger
check "the fee of ICP is taken" "Balance: 97\.49990* ICP" token balance "${as[@]}"
refused "more than there is does not" "[Ii]nsufficient" token transfer 98 "$stranger" "${as[@]}"
check "the cycles ledger is a token, too" "TCYCLES" token um5iw-rqaaa-aaaaq-qaaba-cai balance "${as[@]}"
check "and moves as one" "Transferred" token um5iw-rqaaa-aaaaq-qaaba-cai transfer 0.1 "$stranger" "${as[@]}"

check "spending is allowed" "" token approve 10 "$stranger" "${as[@]}" --expires-in 1h
check "and told" "10" token allowance "$stranger" "${as[@]}"
check "to everybody" "10" token allowance "$stranger" "${node[@]}" --of-principal "$rich"
spend="(record { from = record { owner = principal \"$rich\" }; to = record { owner = principal \"$stranger\" }; amount = "
check "who is allowed spends" "Ok = " canister call ryjl3-tyaaa-aaaaa-aaaba-cai "${node[@]}" --identity stranger \
    icrc2_transfer_from "$spend 900_000_000 })"
check "and no more than that" "InsufficientAllowance" canister call ryjl3-tyaaa-aaaaa-aaaba-cai "${node[@]}" \
    --identity stranger icrc2_transfer_from "$spend 900_000_000 })"
check "an allowance is taken back" "" token approve 0 "$stranger" "${as[@]}"
check "and is nothing then" "\b0\b" token allowance "$stranger" "${as[@]}"

check "cycles are minted for ICP" "Minted 9_999_900_000_000 cycles" cycles mint --icp 2 "${as[@]}"
check "or ICP is found for cycles" "Minted" cycles mint --cycles 3t "${as[@]}"
refused "not for ICP that is not there" "[Ii]nsufficient" cycles mint --icp 1000 "${as[@]}"

check "the ledger shows its interface" "icrc1_transfer" canister metadata um5iw-rqaaa-aaaaq-qaaba-cai "${node[@]}" candid:service
check "and that nobody controls it" "Module hash" canister status um5iw-rqaaa-aaaaq-qaaba-cai "${node[@]}"
refused "which is true" "IC0512" canister stop um5iw-rqaaa-aaaaq-qaaba-cai "${node[@]}"

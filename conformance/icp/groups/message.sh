# Calls that are signed here and sent from elsewhere.

on=("$canister" "${node[@]}")
check "a counter is installed" "" canister install "${on[@]}" --mode reinstall --yes --wasm "$v2"
check "an update is signed and not sent" "Signed the update call" \
    canister call "${on[@]}" inc '()' --sign-only "$scratch/update.json"
check "nothing has happened" "^\(0 : nat\)$" canister call "${on[@]}" get '()' --query
check "it can be looked at" "inc" message send "$scratch/update.json" --dry-run
check "it is sent" "^\(1 : nat\)$" message send "$scratch/update.json" --yes
check "sent again, it is answered alike" "^\(1 : nat\)$" message send "$scratch/update.json" --yes
check "and was executed once" "^\(1 : nat\)$" canister call "${on[@]}" get '()' --query
check "a query is signed" "Signed the query call" \
    canister call "${on[@]}" get '()' --query --sign-only "$scratch/query.json"
check "and sent" "^\(1 : nat\)$" message send "$scratch/query.json" --yes
check "a call of tomorrow is signed" "Signed" \
    canister call "${on[@]}" inc '()' --sign-only "$scratch/later.json" --valid-from 24h
refused "and cannot be sent today" "" message send "$scratch/later.json" --yes
sed 's/"method": *"inc"/"method":"get"/' "$scratch/update.json" >"$scratch/changed.json"
refused "a file that says something else than what was signed is noticed" "" message send "$scratch/changed.json" --yes

# A canister's life: install in all modes, calls, status, metadata, logs, stop and start, and its end.

on=("$canister" "${node[@]}")

check "the network answers a ping" "healthy" network ping "$url"
check "a module is installed" "" canister install "${on[@]}" --mode install --wasm "$v1"
refused "a second time it is not" "IC0514.*not empty|not empty" canister install "${on[@]}" --mode install --wasm "$v1"
check "an update is called" "^\(5 : nat\)$" canister call "${on[@]}" add '(5)'
check "a query is called" "^\(5 : nat\)$" canister call "${on[@]}" get '()' --query
check "a query is called as an update" "^\(5 : nat\)$" canister call "${on[@]}" get '()'
check "a reply is shown as JSON" '"response_candid":"\(5 : nat\)"' canister call "${on[@]}" get '()' --query --json
check "the root key is fetched where the user says so" "5 : nat" canister call "$canister" get '()' -n "$url" -k fetch
check "the status is told by principal" "Status: Running" canister status "${on[@]}"
check "the status tells the module" "$(hash_of "$v1")" canister status "${on[@]}"
check "the status is told as JSON" '"status": *"Running"' canister status "${on[@]}" --json
check "strangers see what is public" "$(hash_of "$v1")" canister status "${on[@]}" --identity stranger
check "the interface is read" "inc: \(\) -> \(nat\)" canister metadata "${on[@]}" candid:service
refused "a section that is not there is not read" "not found|[Nn]o .*metadata|does not" \
    canister metadata "${on[@]}" nonesuch
check "the canister is stopped" "" canister stop "${on[@]}"
check "its status is stopped" "Status: Stopped" canister status "${on[@]}"
refused "a stopped canister serves nothing" "IC0508" canister call "${on[@]}" inc '()'
check "the canister is started" "" canister start "${on[@]}"
check "it serves again" "^\(5 : nat\)$" canister call "${on[@]}" get '()' --query
check "the canister is upgraded" "" canister install "${on[@]}" --mode upgrade --wasm "$v2"
check "the status tells the new module" "$(hash_of "$v2")" canister status "${on[@]}"
check "the state is still there" "^\(5 : nat\)$" canister call "${on[@]}" get '()' --query
check "the post_upgrade hook has run" "upgrades = 1 : nat" canister call "${on[@]}" statistics '()' --query
check "auto finds that this is an upgrade" "" canister install "${on[@]}" --mode auto --yes --wasm "$v2"
check "and so the state stays" "^\(5 : nat\)$" canister call "${on[@]}" get '()' --query
refused "what is no module is refused" "IC0505|[Ww]asm" \
    canister install "${on[@]}" --mode upgrade --yes --wasm "$root/README.md"
check "and changes nothing" "$(hash_of "$v2")" canister status "${on[@]}"
check "and the canister goes on" "^\(6 : nat\)$" canister call "${on[@]}" inc '()'
refused "a stranger installs nothing" "IC0512" \
    canister install "${on[@]}" --identity stranger --mode reinstall --yes --wasm "$v1"
refused "a stranger stops nothing" "IC0512" canister stop "${on[@]}" --identity stranger
refused "a stranger deletes nothing" "IC0512" \
    canister delete "${on[@]}" --identity stranger --no-recover-cycles
check "the state is still there after all that" "^\(6 : nat\)$" canister call "${on[@]}" get '()' --query

refused "an unknown method is refused" "IC0536" canister call "${on[@]}" nonesuch '()'
refused "a canister that is not there is not called" "IC0301|not found" canister call r7inp-6aaaa-aaaaa-aaabq-cai "${node[@]}" inc '()'
refused "an argument of another type traps" "IC0503" canister call "${on[@]}" add 4449444c0001710178 --args-format hex
check "the log tells of the trap" "^\[0\. .*\[TRAP\]: IDL error" canister logs "${on[@]}"
check "lines before an index are left out" "^ *$" canister logs "${on[@]}" --since-index 1
check "lines from a time on are shown" "TRAP" canister logs "${on[@]}" --since 2020-01-01T00:00:00Z
check "lines of another time are not" "^ *$" canister logs "${on[@]}" --until 2020-01-01T00:00:00Z
check "the log is told as JSON" '"index": *0' canister logs "${on[@]}" --json
refused "a stranger does not read it" "not allowed|IC0[0-9]{3}" canister logs "${on[@]}" --identity stranger

# Three megabytes more than the module has, in a section that means nothing.
leb() {
    local value=$1
    while [ "$value" -ge 128 ]; do
        printf "\\x$(printf %02x $((value & 127 | 128)))"
        value=$((value >> 7))
    done
    printf "\\x$(printf %02x "$value")"
}
{ cat "$v2"; printf '\0'; leb 3000004; printf '\003pad'; head -c 3000000 /dev/zero; } >"$scratch/large.wasm"
check "a module larger than a message is installed in chunks" "" \
    canister install "${on[@]}" --mode reinstall --yes --wasm "$scratch/large.wasm"
check "it is that module" "$(hash_of "$scratch/large.wasm")" canister status "${on[@]}"
check "a reinstall begins anew" "^\(0 : nat\)$" canister call "${on[@]}" get '()' --query

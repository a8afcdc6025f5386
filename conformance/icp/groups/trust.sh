# What the client must not believe: other keys, and replies that somebody changed on their way.

on=("$canister" -n "$url")
check "the canister has code" "" canister install "${on[@]}" -k "$root_key" --mode reinstall --yes --wasm "$v1"
check "with the right key all is believed" "nat" canister call "${on[@]}" inc '()' -k "$root_key"
refused "another root key is not believed" "[Ss]ignature verification|[Cc]ertificate" \
    canister call "${on[@]}" inc '()' -k mainnet
refused "nor for queries" "[Ss]ignature|[Cc]ertificate" canister call "${on[@]}" get '()' --query -k mainnet
refused "nor for creating canisters" "[Ss]ignature|[Cc]ertificate" \
    canister create --detached -n "$url" -k mainnet

if [ -n "$kept_at" ]; then
    tampering nothing
    check "a proxy that changes nothing changes nothing" "nat" canister call "$canister" get '()' --query -n "$changed" -k "$root_key"
    end_tampering
    tampering unsigned
    refused "a query without signatures is not believed" "did not contain any node signatures" \
        canister call "$canister" get '()' --query -n "$changed" -k "$root_key"
    end_tampering
    tampering answer
    refused "a query with another answer is not believed" "[Ss]ignature verification failed" \
        canister call "$canister" get '()' --query -n "$changed" -k "$root_key"
    end_tampering
    tampering certificate
    refused "an update with a changed certificate is not believed" "[Ss]ignature|[Cc]ertificate|[Ii]nvalid" \
        canister call "$canister" inc '()' -n "$changed" -k "$root_key"
    end_tampering
    tampering replay "$scratch/kept"
    if [ $((SECONDS - kept_at)) -lt 180 ]; then
        check "a certificate that somebody kept is believed as long as it is new" "Controllers" \
            canister status "$canister" -p -n "$changed" -k "$root_key"
    fi
    age=$((SECONDS - kept_at))
    if [ "$age" -lt 245 ]; then
        echo "waiting $((245 - age)) seconds, until it is old ..."
        sleep $((245 - age))
    fi
    refused "and not when it is old" "[Ss]tale" canister status "$canister" -p -n "$changed" -k "$root_key"
    end_tampering
else
    echo "skipped: replies changed on their way need node on the PATH"
fi

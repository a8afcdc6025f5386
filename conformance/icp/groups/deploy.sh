# A project whose network is the node, its root key pinned.

mkdir -p "$scratch/app"
cd "$scratch/app" || exit 1
cp "$v1" counter.wasm
cp "$v1" other.wasm
cat >icp.yaml <<EOF
canisters:
  - name: counter
    build: { steps: [ { type: pre-built, path: counter.wasm } ] }
    settings: { freezing_threshold: 40d, environment_variables: { COLOUR: blue } }
  - name: other
    build: { steps: [ { type: pre-built, path: other.wasm } ] }
networks:
  - name: decant
    mode: connected
    url: $url
    root-key: $root_key
environments:
  - name: prod
    network: decant
    canisters: [counter, other]
EOF
prod=(-e prod)
icp cycles transfer 50t "$owner" "${node[@]}" --identity anonymous >/dev/null 2>&1

check "a project is deployed" "Created canister counter" deploy "${prod[@]}"
check "its canisters are listed" "counter" canister list "${prod[@]}"
check "they are called by name" "^\(1 : nat\)$" canister call "${prod[@]}" counter inc '()'
check "the settings of the manifest hold" "Freezing threshold: 3_456_000" canister status "${prod[@]}" counter
check "they know each other" "PUBLIC_CANISTER_ID:other" canister status "${prod[@]}" counter
check "all of them are told of" "other" canister status "${prod[@]}"
check "deployed again, they are upgraded" '"name": *"counter"' deploy "${prod[@]}" --json
check "and keep their state" "^\(1 : nat\)$" canister call "${prod[@]}" counter get '()' --query
cp "$v2" counter.wasm
check "a new version is deployed alone" "counter" deploy "${prod[@]}" counter
check "its hook has run" "upgrades = 1 : nat" canister call "${prod[@]}" counter statistics '()' --query
check "the other stays as it was" "$(hash_of "$v1")" canister status "${prod[@]}" other
cp "$v1" counter.wasm
refused "a version that lacks methods is refused" "[Ii]ncompatible|compatib" deploy "${prod[@]}" counter
check "which changes nothing" "$(hash_of "$v2")" canister status "${prod[@]}" counter
cp "$v2" counter.wasm
sed -i 's/freezing_threshold: 40d/freezing_threshold: 50d/' icp.yaml
check "settings are synchronised" "" canister settings sync "${prod[@]}" counter
check "and hold" "Freezing threshold: 4_320_000" canister settings show "${prod[@]}" counter
check "a canister is topped up by name" "Topped up" canister top-up "${prod[@]}" other --amount 1t
check "and deleted" "Recovered" canister delete "${prod[@]}" other
check "it is made again by the next deploy" "Created canister other" deploy "${prod[@]}"
icp canister create --detached -q "${node[@]}" >/dev/null 2>&1
icp canister stop counter "${prod[@]}" >/dev/null 2>&1
icp canister stop other "${prod[@]}" >/dev/null 2>&1
icp canister top-up "${prod[@]}" counter --amount 11t >/dev/null 2>&1
icp canister top-up "${prod[@]}" other --amount 11t >/dev/null 2>&1
refused "a canister of the one subnet is not migrated" "[Ss]ubnet" \
    canister migrate-id "${prod[@]}" counter --replace other --yes
icp canister start counter "${prod[@]}" >/dev/null 2>&1
sed -i "s/root-key: .*/root-key: ${root_key%????????}00000000/" icp.yaml
refused "a project with another root key believes nothing" "[Ss]ignature|[Cc]ertificate|[Kk]ey" canister call "${prod[@]}" counter inc '()'
cd "$scratch/project" || exit 1

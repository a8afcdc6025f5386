package decant.canister.management;

import static decant.canister.management.ManagementKit.ALICE;
import static decant.canister.management.ManagementKit.BOB;
import static decant.canister.management.ManagementKit.about;
import static decant.canister.management.ManagementKit.ref;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.canister.state.Payload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who may call which method of the management canister in which way, and with which code the others are refused.
final class AccessTest {
    /// By ingress: a controller, somebody else, nobody known, the operator of the node. By canister: the canister
    /// itself, one that controls it, another one. By query: as by ingress. `+` is let in.
    private static final String TABLE = """
            create_canister                 | 406 406 406  +  |  +   +   +  | 536 536 536 536
            update_settings                 |  +  512 512 512 | 512  +  512 | 536 536 536 536
            upload_chunk                    |  +  512 512 512 |  +   +  512 | 536 536 536 536
            clear_chunk_store               |  +  512 512 512 |  +   +  512 | 536 536 536 536
            stored_chunks                   |  +  512 512 512 |  +   +  512 | 536 536 536 536
            install_code                    |  +  512 512 512 | 512  +  512 | 536 536 536 536
            install_chunked_code            |  +  512 512 512 | 512  +  512 | 536 536 536 536
            uninstall_code                  |  +  512 512  +  | 512  +  512 | 536 536 536 536
            start_canister                  |  +  512 512  +  | 512  +  512 | 536 536 536 536
            stop_canister                   |  +  512 512  +  | 512  +  512 | 536 536 536 536
            canister_status                 |  +  512 512  +  |  +   +  512 |  +  512 512  +
            canister_metrics                |  +  512 512  +  | 512  +  512 |  +  512 512  +
            canister_info                   | 406 406 406 406 |  +   +   +  | 536 536 536 536
            canister_metadata               | 406 406 406 406 |  +   +   +  | 536 536 536 536
            delete_canister                 |  +  512 512  +  | 512  +  512 | 536 536 536 536
            deposit_cycles                  | 406 406 406 406 |  +   +   +  | 536 536 536 536
            raw_rand                        | 406 406 406 406 |  +   +   +  | 536 536 536 536
            http_request                    | 406 406 406 406 |  +   +   +  | 536 536 536 536
            ecdsa_public_key                | 406 406 406 406 |  +   +   +  | 536 536 536 536
            sign_with_ecdsa                 | 406 406 406 406 |  +   +   +  | 536 536 536 536
            schnorr_public_key              | 406 406 406 406 |  +   +   +  | 536 536 536 536
            sign_with_schnorr               | 406 406 406 406 |  +   +   +  | 536 536 536 536
            vetkd_public_key                | 406 406 406 406 |  +   +   +  | 536 536 536 536
            vetkd_derive_key                | 406 406 406 406 |  +   +   +  | 536 536 536 536
            node_metrics_history            | 406 406 406 406 |  +   +   +  | 536 536 536 536
            subnet_info                     | 406 406 406 406 |  +   +   +  | 536 536 536 536
            take_canister_snapshot          |  +  512 512 512 | 512  +  512 | 536 536 536 536
            load_canister_snapshot          |  +  512 512 512 | 512  +  512 | 536 536 536 536
            list_canister_snapshots         |  +  512 512 512 | 512  +  512 | 536 536 536 536
            delete_canister_snapshot        |  +  512 512 512 | 512  +  512 | 536 536 536 536
            read_canister_snapshot_metadata |  +  512 512 512 | 512  +  512 | 536 536 536 536
            read_canister_snapshot_data     |  +  512 512 512 | 512  +  512 | 536 536 536 536
            upload_canister_snapshot_metadata | + 512 512 512 | 512  +  512 | 536 536 536 536
            upload_canister_snapshot_data   |  +  512 512 512 | 512  +  512 | 536 536 536 536
            fetch_canister_logs             | 406 406 406 406 | 406 406 406 |  +  406 406 406
            list_canisters                  | 406 406 406 406 | 406 406 406 | 406 406 406  +
            provisional_create_canister_with_cycles | + + + + |  +   +   +  | 536 536 536 536
            provisional_top_up_canister     |  +   +   +   +  |  +   +   +  | 536 536 536 536
            """;

    private static final Principal OPERATOR = Principal.of(new byte[] {7, 7});

    /// How the management canister says that it does not let somebody in, in distinction to all else that may be wrong.
    private static final Pattern REFUSAL = Pattern.compile(
            "Only .*|Management canister has no .*|.* API is only accessible .*|Caller .* is not allowed .*",
            Pattern.DOTALL);

    private final ManagementKit kit = new ManagementKit();
    private final Principal controlling = kit.create();
    private final Principal foreign = kit.create();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void theTableHoldsForEveryMethodOfTheSpecification() {
        var rows = TABLE.lines().map(AccessTest::cells).toList();
        assertThat(rows.stream().map(List::getFirst))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Method.values())
                        .map(Method::methodName)
                        .filter(name -> !name.startsWith("decant_"))
                        .toList());
        kit.setOperator(OPERATOR);
        assertThat(rows.stream().map(this::measured)).containsExactlyElementsOf(rows);
    }

    private static List<String> cells(String row) {
        return Arrays.stream(row.replace("|", " ").strip().split("\\s+")).toList();
    }

    private List<String> measured(List<String> row) {
        var method = row.getFirst();
        var cells = new ArrayList<>(List.of(method));
        var users = List.of(ALICE, BOB, Principal.ANONYMOUS, OPERATOR);
        for (var user : users) {
            cells.add(code(kit.as(user).hindrance(method, argument(method, target()))));
        }
        var own = target();
        cells.add(called(own, own, method));
        cells.add(called(controlling, target(), method));
        cells.add(called(foreign, target(), method));
        for (var user : users) {
            var result = kit.as(user).query(method, argument(method, target()));
            cells.add(code(rejected(result)));
        }
        return cells;
    }

    private Principal target() {
        return kit.create("controllers = opt vec {" + ref(ALICE) + ";" + ref(controlling) + "}");
    }

    private String called(Principal caller, Principal target, String method) {
        var result = kit.asCanister(caller).call(method, argument(method, target));
        return result.isPending() ? "+" : code(rejected(result));
    }

    private static Optional<Payload.Reject> rejected(ManagementKit.Result result) {
        return result.answer().payload() instanceof Payload.Reject reject ? Optional.of(reject) : Optional.empty();
    }

    private static String code(Optional<Payload.Reject> reject) {
        return reject.filter(known -> REFUSAL.matcher(known.message()).matches())
                .map(known -> Integer.toString(known.error().number()))
                .orElse("+");
    }

    private static String argument(String method, Principal id) {
        var key = "derivation_path = vec {}; key_id = record { %s; name = \"key_1\" }";
        var ecdsa = key.formatted("curve = variant { secp256k1 }");
        var schnorr = key.formatted("algorithm = variant { ed25519 }");
        var vetkd = "context = blob \"\"; key_id = record { curve = variant { bls12_381_g2 }; name = \"key_1\" }";
        return switch (method) {
            case "raw_rand", "list_canisters" -> "()";
            case "create_canister", "provisional_create_canister_with_cycles" -> "(record {})";
            case "update_settings" -> about(id, "settings = record {}");
            case "provisional_top_up_canister" -> about(id, "amount = 1");
            case "install_code" -> about(id, "mode = variant { install }; wasm_module = blob \"\"; arg = blob \"\"");
            case "upload_chunk" -> about(id, "chunk = blob \"\"");
            case "install_chunked_code" ->
                "(record { target_canister = " + ref(id) + "; mode = variant { install }; chunk_hashes_list = vec {};"
                        + "wasm_module_hash = blob \"\"; arg = blob \"\" })";
            case "canister_metadata" -> about(id, "name = \"x\"");
            case "http_request" -> "(record { url = \"https://x/\"; method = variant { get }; headers = vec {} })";
            case "ecdsa_public_key" -> "(record {" + ecdsa + "})";
            case "sign_with_ecdsa" -> "(record { message_hash = blob \"\";" + ecdsa + "})";
            case "schnorr_public_key" -> "(record {" + schnorr + "})";
            case "sign_with_schnorr" -> "(record { message = blob \"\";" + schnorr + "})";
            case "vetkd_public_key" -> "(record {" + vetkd + "})";
            case "vetkd_derive_key" -> "(record { input = blob \"\"; transport_public_key = blob \"\";" + vetkd + "})";
            case "node_metrics_history" -> "(record { subnet_id = " + ref(id) + "; start_at_timestamp_nanos = 0 })";
            case "subnet_info" -> "(record { subnet_id = " + ref(id) + "})";
            case "load_canister_snapshot", "delete_canister_snapshot", "read_canister_snapshot_metadata" ->
                about(id, "snapshot_id = blob \"\"");
            case "read_canister_snapshot_data" ->
                about(id, "snapshot_id = blob \"\"; kind = variant { wasm_chunk = record { hash = blob \"\" } }");
            case "upload_canister_snapshot_metadata" ->
                about(
                        id,
                        "wasm_module_size = 1; globals = vec {}; wasm_memory_size = 0; stable_memory_size = 0;"
                                + "certified_data = blob \"\"");
            case "upload_canister_snapshot_data" ->
                about(id, "snapshot_id = blob \"\"; kind = variant { wasm_chunk }; chunk = blob \"\"");
            default -> about(id);
        };
    }
}

package decant.cli.node;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.state.UpgradePolicy;
import decant.cli.terminal.CommandFailure;
import decant.protocol.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The management canister of a node, seen by one identity.
public final class ManagementCanister {
    private static final String REHEARSE = "decant_rehearse";

    private static final Did INTERFACE = Did.parse(resource("management.did"));

    /// One canister of the node, as the list of canisters tells.
    public record Listed(Principal canister, Optional<String> name, String status, Optional<byte[]> moduleHash) {}

    private final NodeClient node;

    public ManagementCanister(NodeClient node) {
        this.node = node;
    }

    /// {@return the address of the node}
    public URI address() {
        return node.node();
    }

    static Did candidInterface() {
        return INTERFACE;
    }

    /// {@return the canister that a call is about, if it is about one; a message that cannot be read is about none}
    public static Optional<Principal> subject(String method, byte[] message) {
        try {
            return INTERFACE
                    .method(method)
                    .map(Type.Func::argumentTypes)
                    .filter(types -> !types.isEmpty())
                    .map(types -> Candid.decode(message, types, Quota.DEFAULT).getFirst())
                    .flatMap(record -> record.find("canister_id").or(() -> record.find("target_canister")))
                    .map(Value::toPrincipal);
        } catch (CandidException _) {
            return Optional.empty();
        }
    }

    public Principal create() {
        var reply = call(
                Principal.MANAGEMENT_CANISTER,
                "provisional_create_canister_with_cycles",
                Value.record(Map.of("amount", Value.none())));
        return reply.field("canister_id").toPrincipal();
    }

    public void name(Principal canister, String name) {
        call(canister, "decant_name_canister", ofCanister(canister).with("name", Value.text(name)));
    }

    public List<Listed> list() {
        return query(Principal.MANAGEMENT_CANISTER, "decant_list_canisters", List.of()).items().stream()
                .map(item -> new Listed(
                        item.field("canister_id").toPrincipal(),
                        item.optionalField("name").map(Value::toText),
                        item.field("status").tag(),
                        item.optionalField("module_hash").map(Value::toBytes)))
                .toList();
    }

    public Value status(Principal canister) {
        return call(canister, "canister_status", ofCanister(canister));
    }

    public void start(Principal canister) {
        call(canister, "start_canister", ofCanister(canister));
    }

    public void stop(Principal canister) {
        call(canister, "stop_canister", ofCanister(canister));
    }

    public void delete(Principal canister) {
        call(canister, "delete_canister", ofCanister(canister));
    }

    public List<Value> logs(Principal canister) {
        return query(canister, "fetch_canister_logs", List.of(ofCanister(canister)))
                .field("canister_log_records")
                .items();
    }

    public Chronicle history(Principal canister) {
        return Chronicle.of(query(canister, "decant_history", List.of(ofCanister(canister))));
    }

    /// What an undo did.
    ///
    /// @param restored the restore point that the canister was taken back to
    /// @param undoneAs the restore point that keeps what the canister was before
    /// @param replay what became of the calls since, if they were made again
    public record Undone(long restored, long undoneAs, Optional<Value> replay) {}

    public Undone undo(Principal canister, long restorePoint) {
        return undo(canister, restorePoint, Value.none());
    }

    /// Takes a canister back, and makes the calls since again.
    public Undone undoWithReplay(Principal canister, long restorePoint, boolean isDryRun, boolean acceptsLosses) {
        return undo(
                canister,
                restorePoint,
                Value.some(Value.record()
                        .with("dry_run", Value.bool(isDryRun))
                        .with("accept_losses", Value.bool(acceptsLosses))));
    }

    private Undone undo(Principal canister, long restorePoint, Value replay) {
        var reply = call(
                canister,
                "decant_undo",
                ofCanister(canister)
                        .with("restore_point", Value.some(Value.nat64(restorePoint)))
                        .with("expected_version", Value.none())
                        .with("replay", replay));
        return new Undone(
                reply.field("restored").toLong(), reply.field("undone_as").toLong(), reply.optionalField("replay"));
    }

    /// {@return what the node found when it last looked whether the canister could be upgraded}
    public Value checkups(Principal canister) {
        return query(canister, "decant_checkups", List.of(ofCanister(canister)));
    }

    /// {@return the report of a rehearsal}
    ///
    /// @param request the fields of its argument besides the canister
    public Value rehearse(Principal canister, Value.Record request) {
        return query(canister, REHEARSE, List.of(rehearsalArgument(canister, request)));
    }

    /// {@return the report of a rehearsal that is asked for otherwise than of a running node}
    public static Value rehearse(Principal canister, Value.Record request, Function<byte[], Response> answer) {
        return decoded(REHEARSE, answer.apply(encode(REHEARSE, List.of(rehearsalArgument(canister, request)))));
    }

    private static Value rehearsalArgument(Principal canister, Value.Record request) {
        return request.with("canister_id", Value.principal(canister));
    }

    public void pin(Principal canister, long restorePoint, boolean pinned) {
        call(
                canister,
                "decant_pin_restore_point",
                ofCanister(canister)
                        .with("restore_point", Value.nat64(restorePoint))
                        .with("pinned", Value.bool(pinned)));
    }

    /// Tightens the policy, as a controller.
    public void tighten(Principal canister, UpgradePolicy policy) {
        var settings = Value.record().with("upgrade_policy", Value.some(Value.variant(policy.toString())));
        call(canister, "update_settings", ofCanister(canister).with("settings", settings));
    }

    /// Sets any policy, as the operator of the node.
    public void setPolicy(Principal canister, UpgradePolicy policy) {
        call(
                canister,
                "decant_set_upgrade_policy",
                ofCanister(canister).with("policy", Value.variant(policy.toString())));
    }

    public Response installCode(Principal canister, Value mode, byte[] wasm, byte[] argument) {
        var record = ofCanister(canister)
                .with("mode", mode)
                .with("wasm_module", Value.blob(wasm))
                .with("arg", Value.blob(argument));
        return node.call(
                canister, Principal.MANAGEMENT_CANISTER, "install_code", encode("install_code", List.of(record)));
    }

    public void clearChunks(Principal canister) {
        call(canister, "clear_chunk_store", ofCanister(canister));
    }

    /// {@return the hash by which the chunk store knows the chunk}
    public byte[] uploadChunk(Principal canister, byte[] chunk) {
        return call(canister, "upload_chunk", ofCanister(canister).with("chunk", Value.blob(chunk)))
                .field("hash")
                .toBytes();
    }

    public Response installChunks(
            Principal canister, Value mode, List<byte[]> chunkHashes, byte[] moduleHash, byte[] argument) {
        var hashes = chunkHashes.stream()
                .map(hash -> Value.record(Map.of("hash", Value.blob(hash))))
                .toList();
        var record = Value.record(Map.of(
                "mode", mode,
                "target_canister", Value.principal(canister),
                "chunk_hashes_list", Value.vec(hashes),
                "wasm_module_hash", Value.blob(moduleHash),
                "arg", Value.blob(argument)));
        return node.call(
                canister,
                Principal.MANAGEMENT_CANISTER,
                "install_chunked_code",
                encode("install_chunked_code", List.of(record)));
    }

    /// {@return an argument about this canister, to which more can be added}
    public static Value.Record ofCanister(Principal canister) {
        return Value.record().with("canister_id", Value.principal(canister));
    }

    /// {@return the reply to a call, checked against the interface}
    ///
    /// @throws CommandFailure if it is rejected
    public Value call(Principal effectiveCanister, String method, Value argument) {
        byte[] bytes = encode(method, List.of(argument));
        return decoded(method, node.call(effectiveCanister, Principal.MANAGEMENT_CANISTER, method, bytes));
    }

    /// {@return the reply to a query, checked against the interface}
    ///
    /// @throws CommandFailure if it is rejected
    public Value query(Principal effectiveCanister, String method, List<Value> arguments) {
        byte[] bytes = encode(method, arguments);
        return decoded(method, node.query(effectiveCanister, Principal.MANAGEMENT_CANISTER, method, bytes));
    }

    private static byte[] encode(String method, List<Value> arguments) {
        return Candid.encode(arguments, typeOf(method).argumentTypes());
    }

    private static Value decoded(String method, Response response) {
        return switch (response) {
            case Response.Rejected rejection -> throw CommandFailure.rejected(method, rejection);
            case Response.Replied(var reply) -> {
                var results = Candid.decode(reply, typeOf(method).resultTypes(), Quota.DEFAULT);
                yield results.isEmpty() ? Value.record() : results.getFirst();
            }
        };
    }

    private static Type.Func typeOf(String method) {
        return INTERFACE.method(method).orElseThrow(() -> new AssertionError("BUG: no method " + method));
    }

    private static String resource(String name) {
        try (var stream = ManagementCanister.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new AssertionError("BUG: " + name + " is not among the resources");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

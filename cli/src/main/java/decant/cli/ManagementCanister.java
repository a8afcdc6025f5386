package decant.cli;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.state.UpgradePolicy;
import decant.cli.SnapshotFolder.Part;
import decant.protocol.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The management canister of a node, seen by one identity.
final class ManagementCanister {
    private static final String REHEARSE = "decant_rehearse";

    private static final Did INTERFACE = Did.parse(resource("management.did"));

    /// One canister of the node, as the list of canisters tells.
    record Listed(Principal canister, Optional<String> name, String status, Optional<byte[]> moduleHash) {}

    private final NodeClient node;

    ManagementCanister(NodeClient node) {
        this.node = node;
    }

    /// {@return the address of the node}
    URI address() {
        return node.node();
    }

    static Did candidInterface() {
        return INTERFACE;
    }

    /// {@return the canister that a call is about, if it is about one; a message that cannot be read is about none}
    static Optional<Principal> subject(String method, byte[] message) {
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

    Principal create() {
        var reply = call(
                Principal.MANAGEMENT_CANISTER,
                "provisional_create_canister_with_cycles",
                Value.record(Map.of("amount", Value.none())));
        return reply.field("canister_id").toPrincipal();
    }

    void name(Principal canister, String name) {
        call(canister, "decant_name_canister", ofCanister(canister).with("name", Value.text(name)));
    }

    List<Listed> list() {
        return query(Principal.MANAGEMENT_CANISTER, "decant_list_canisters", List.of()).items().stream()
                .map(item -> new Listed(
                        item.field("canister_id").toPrincipal(),
                        item.optionalField("name").map(Value::toText),
                        item.field("status").tag(),
                        item.optionalField("module_hash").map(Value::toBytes)))
                .toList();
    }

    Value status(Principal canister) {
        return call(canister, "canister_status", ofCanister(canister));
    }

    void start(Principal canister) {
        call(canister, "start_canister", ofCanister(canister));
    }

    void stop(Principal canister) {
        call(canister, "stop_canister", ofCanister(canister));
    }

    void delete(Principal canister) {
        call(canister, "delete_canister", ofCanister(canister));
    }

    List<Value> logs(Principal canister) {
        return query(canister, "fetch_canister_logs", List.of(ofCanister(canister)))
                .field("canister_log_records")
                .items();
    }

    Chronicle history(Principal canister) {
        return Chronicle.of(query(canister, "decant_history", List.of(ofCanister(canister))));
    }

    /// What an undo did.
    ///
    /// @param restored the restore point that the canister was taken back to
    /// @param undoneAs the restore point that keeps what the canister was before
    /// @param replay what became of the calls since, if they were made again
    record Undone(long restored, long undoneAs, Optional<Value> replay) {}

    Undone undo(Principal canister, long restorePoint) {
        return undo(canister, restorePoint, Value.none());
    }

    /// Takes a canister back, and makes the calls since again.
    Undone undoWithReplay(Principal canister, long restorePoint, boolean isDryRun, boolean acceptsLosses) {
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
    Value checkups(Principal canister) {
        return query(canister, "decant_checkups", List.of(ofCanister(canister)));
    }

    /// {@return the report of a rehearsal}
    ///
    /// @param request the fields of its argument besides the canister
    Value rehearse(Principal canister, Value.Record request) {
        return query(canister, REHEARSE, List.of(rehearsalArgument(canister, request)));
    }

    /// {@return the report of a rehearsal that is asked for otherwise than of a running node}
    static Value rehearse(Principal canister, Value.Record request, Function<byte[], Response> answer) {
        return decoded(REHEARSE, answer.apply(encode(REHEARSE, List.of(rehearsalArgument(canister, request)))));
    }

    private static Value rehearsalArgument(Principal canister, Value.Record request) {
        return request.with("canister_id", Value.principal(canister));
    }

    void pin(Principal canister, long restorePoint, boolean pinned) {
        call(
                canister,
                "decant_pin_restore_point",
                ofCanister(canister)
                        .with("restore_point", Value.nat64(restorePoint))
                        .with("pinned", Value.bool(pinned)));
    }

    /// One snapshot of a canister, as the list of snapshots tells.
    record ListedSnapshot(SnapshotName name, Instant taken, long bytes) {
        private static ListedSnapshot of(Value snapshot) {
            long nanos = snapshot.field("taken_at_timestamp").toLong();
            return new ListedSnapshot(
                    SnapshotName.of(snapshot.field("id").toBytes()),
                    Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000),
                    snapshot.field("total_size").toLong());
        }
    }

    ListedSnapshot takeSnapshot(Principal canister, Optional<SnapshotName> replaced) {
        var argument = ofCanister(canister)
                .with("replace_snapshot", Value.opt(replaced.map(SnapshotName::toValue)))
                .with("uninstall_code", Value.none())
                .with("sender_canister_version", Value.none());
        return ListedSnapshot.of(call(canister, "take_canister_snapshot", argument));
    }

    List<ListedSnapshot> snapshots(Principal canister) {
        return call(canister, "list_canister_snapshots", ofCanister(canister)).items().stream()
                .map(ListedSnapshot::of)
                .toList();
    }

    void loadSnapshot(Principal canister, SnapshotName snapshot) {
        var argument = ofCanister(canister)
                .with("snapshot_id", snapshot.toValue())
                .with("sender_canister_version", Value.none());
        call(canister, "load_canister_snapshot", argument);
    }

    void deleteSnapshot(SnapshotName snapshot) {
        call(snapshot.canister(), "delete_canister_snapshot", ofSnapshot(snapshot));
    }

    SnapshotMetadata snapshotMetadata(SnapshotName snapshot) {
        return new SnapshotMetadata(call(snapshot.canister(), "read_canister_snapshot_metadata", ofSnapshot(snapshot)));
    }

    byte[] snapshotChunk(SnapshotName snapshot, Hash hash) {
        var wanted = Value.variant("wasm_chunk", Value.record().with("hash", Value.blob(hash.bytes())));
        return call(
                        snapshot.canister(),
                        "read_canister_snapshot_data",
                        ofSnapshot(snapshot).with("kind", wanted))
                .field("chunk")
                .toBytes();
    }

    /// Some bytes of a snapshot.
    record Slice(long offset, byte[] bytes) {}

    /// {@return the bytes that come next from an offset on, zeros left out; none at the end if there are none}
    Slice nextSnapshotData(SnapshotName snapshot, Part part, long offset) {
        var argument =
                ofSnapshot(snapshot).with("kind", Value.variant(part.kind())).with("offset", Value.nat64(offset));
        var reply = query(snapshot.canister(), "decant_next_snapshot_data", List.of(argument));
        return new Slice(reply.field("offset").toLong(), reply.field("chunk").toBytes());
    }

    /// {@return the snapshot that is to be uploaded}
    SnapshotName beginSnapshotUpload(Principal canister, SnapshotMetadata metadata, Optional<SnapshotName> replaced) {
        var argument = metadata.toUpload(canister, replaced.map(SnapshotName::toValue));
        return SnapshotName.of(call(canister, "upload_canister_snapshot_metadata", argument)
                .field("snapshot_id")
                .toBytes());
    }

    void uploadSnapshotData(SnapshotName snapshot, Part part, long offset, byte[] bytes) {
        upload(snapshot, Value.variant(part.kind(), Value.record().with("offset", Value.nat64(offset))), bytes);
    }

    void uploadSnapshotChunk(SnapshotName snapshot, byte[] chunk) {
        upload(snapshot, Value.variant("wasm_chunk"), chunk);
    }

    private void upload(SnapshotName snapshot, Value kind, byte[] bytes) {
        call(
                snapshot.canister(),
                "upload_canister_snapshot_data",
                ofSnapshot(snapshot).with("kind", kind).with("chunk", Value.blob(bytes)));
    }

    private static Value.Record ofSnapshot(SnapshotName snapshot) {
        return ofCanister(snapshot.canister()).with("snapshot_id", snapshot.toValue());
    }

    /// Tightens the policy, as a controller.
    void tighten(Principal canister, UpgradePolicy policy) {
        var settings = Value.record().with("upgrade_policy", Value.some(Value.variant(policy.toString())));
        call(canister, "update_settings", ofCanister(canister).with("settings", settings));
    }

    /// Sets any policy, as the operator of the node.
    void setPolicy(Principal canister, UpgradePolicy policy) {
        call(
                canister,
                "decant_set_upgrade_policy",
                ofCanister(canister).with("policy", Value.variant(policy.toString())));
    }

    Response installCode(Principal canister, Value mode, byte[] wasm, byte[] argument) {
        var record = ofCanister(canister)
                .with("mode", mode)
                .with("wasm_module", Value.blob(wasm))
                .with("arg", Value.blob(argument));
        return node.call(
                canister, Principal.MANAGEMENT_CANISTER, "install_code", encode("install_code", List.of(record)));
    }

    void clearChunks(Principal canister) {
        call(canister, "clear_chunk_store", ofCanister(canister));
    }

    /// {@return the hash by which the chunk store knows the chunk}
    byte[] uploadChunk(Principal canister, byte[] chunk) {
        return call(canister, "upload_chunk", ofCanister(canister).with("chunk", Value.blob(chunk)))
                .field("hash")
                .toBytes();
    }

    Response installChunks(
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

    private static Value.Record ofCanister(Principal canister) {
        return Value.record().with("canister_id", Value.principal(canister));
    }

    private Value call(Principal effectiveCanister, String method, Value argument) {
        byte[] bytes = encode(method, List.of(argument));
        return decoded(method, node.call(effectiveCanister, Principal.MANAGEMENT_CANISTER, method, bytes));
    }

    private Value query(Principal effectiveCanister, String method, List<Value> arguments) {
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

package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.CanisterState;
import decant.canister.state.Code;
import decant.canister.state.ModuleBinary;
import decant.canister.state.SystemId;
import decant.canister.state.SystemState;
import decant.canister.system.BuiltIns;
import decant.protocol.Cbor;
import decant.protocol.CborValue;
import decant.protocol.Certificate;
import decant.protocol.Certificate.CanisterRange;
import decant.protocol.Label;
import decant.protocol.LabeledTree;
import decant.protocol.LabeledTree.Branch;
import decant.protocol.Nat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.pcollections.TreePMap;

/// Shows a state as the tree that is certified. Interface specification, "The system state tree".
///
/// ```text
/// /time
/// /canister_ranges/<subnet>/<first canister>
/// /subnet/<subnet>/public_key | type | canister_ranges | node/<node>/public_key
/// /canister/<canister>/certified_data | controllers | module_hash | metadata/<name>
///                     | canister_creation_timestamp | last_install_timestamp
/// /request_status/<request>/status | reply | reject_code | reject_message | error_code
/// ```
/// The tree of a state is the same whether it was made at once or from the tree of the state before.
final class StateTree {
    static final String TIME = "time";
    static final String SUBNET = "subnet";
    static final String CANISTER_RANGES = "canister_ranges";
    static final String CANISTER = "canister";
    static final String REQUEST_STATUS = "request_status";

    /// Every id that an opaque canister id can be: users' canisters and those that exist on the Internet Computer
    /// alike.
    static final CanisterRange ALL_CANISTERS =
            new CanisterRange(Principal.ofCanisterNumber(0), Principal.ofCanisterNumber(-1));

    private static final Branch NONE = Branch.EMPTY;

    private final Branch subnet;
    private final Branch ranges;
    private final Branch systemCanisters;

    StateTree(NodeKeys keys, BuiltIns builtIns) {
        byte[] encodedRanges = Certificate.encodeRanges(List.of(ALL_CANISTERS));
        var node = NONE.with(
                "public_key", LabeledTree.leaf(keys.nodeKey().publicKey().der()));
        var self = NONE.with("public_key", LabeledTree.leaf(keys.rootKeyDer()))
                .with("type", LabeledTree.leaf("application"))
                .with("canister_ranges", LabeledTree.leaf(encodedRanges))
                .with("node", NONE.with(Label.of(keys.nodeId()), node));
        subnet = NONE.with(Label.of(keys.subnetId()), self);
        ranges = NONE.with(
                Label.of(keys.subnetId()), NONE.with(Label.of(ALL_CANISTERS.first()), LabeledTree.leaf(encodedRanges)));
        systemCanisters = systemCanisters(builtIns);
    }

    /// A system canister has no module; the hash of its interface stands for it.
    private static Branch systemCanisters(BuiltIns builtIns) {
        var canisters = NONE;
        for (var id : SystemId.values()) {
            byte[] description = builtIns.interfaceOf(id).getBytes(StandardCharsets.UTF_8);
            var canister = NONE.with("controllers", LabeledTree.leaf(controllers(new TreeSet<>())))
                    .with(
                            "module_hash",
                            LabeledTree.leaf(Hash.sha256(description).bytes()))
                    .with("metadata", NONE.with("candid:service", LabeledTree.leaf(description)));
            canisters = canisters.with(Label.of(id.principal()), canister);
        }
        return canisters;
    }

    /// {@return the tree of canisters with what those that keep ledgers certify: their last blocks}
    private static Branch withLedgers(Branch canisters, SystemState before, SystemState system) {
        var next = canisters;
        for (var kept : system.ledgers().entrySet()) {
            var last = kept.getValue().lastBlock();
            if (last.isEmpty() || last.equals(before.ledger(kept.getKey()).lastBlock())) {
                continue;
            }
            byte[] label = Label.of(kept.getKey().principal());
            var keeper = branch(canisters, label);
            next = next.with(
                    label,
                    keeper.with(
                            "certified_data",
                            LabeledTree.leaf(last.get().rootHash().bytes())));
        }
        return next;
    }

    /// {@return the tree of `state`, made at once}
    Branch of(State state) {
        var canisters =
                withLedgers(systemCanisters, SystemState.EMPTY, state.subnet().system());
        for (var canister : state.subnet().canisters().values()) {
            canisters = canisters.with(Label.of(canister.id()), canisterTree(NONE, Optional.empty(), canister));
        }
        var requests = NONE;
        for (var bucket : state.history().buckets().values()) {
            for (var call : bucket.entries().entrySet()) {
                requests =
                        requests.with(Label.of(call.getKey()), call.getValue().status());
            }
        }
        return NONE.with(TIME, time(state))
                .with(SUBNET, subnet)
                .with(CANISTER_RANGES, ranges)
                .with(CANISTER, canisters)
                .with(REQUEST_STATUS, requests);
    }

    /// {@return the tree of the result's state, made from `tree`, that of the state `before`}
    Branch after(Branch tree, State before, RoundResult result) {
        var next = tree.with(TIME, time(result.state()));
        if (!result.canisters().isEmpty()) {
            next = next.with(CANISTER, canisters(branch(tree, CANISTER), before, result));
        }
        var canisters = branch(next, CANISTER);
        var certified = withLedgers(
                canisters, before.subnet().system(), result.state().subnet().system());
        next = isSame(canisters, certified) ? next : next.with(CANISTER, certified);
        if (!result.requests().isEmpty()) {
            next = next.with(REQUEST_STATUS, requests(branch(tree, REQUEST_STATUS), result));
        }
        return next;
    }

    private static Branch canisters(Branch tree, State before, RoundResult result) {
        var next = tree;
        for (var id : result.canisters()) {
            byte[] label = Label.of(id);
            var canister = result.state().subnet().canister(id);
            next = canister.isPresent()
                    ? withCanister(next, label, before.subnet().canister(id), canister.get())
                    : next.without(label);
        }
        return next;
    }

    private static Branch withCanister(Branch tree, byte[] label, Optional<CanisterState> before, CanisterState after) {
        var old = tree.get(label).orElse(NONE);
        if (!(old instanceof Branch branch)) {
            throw new AssertionError("BUG: the tree has a value for canister " + after.id());
        }
        var next = canisterTree(branch, before, after);
        return next == branch ? tree : tree.with(label, next);
    }

    private static Branch requests(Branch tree, RoundResult result) {
        var next = tree;
        for (Hash request : result.requests()) {
            byte[] label = Label.of(request);
            var entry = result.state().history().entry(request);
            next = entry.isPresent() ? next.with(label, entry.get().status()) : next.without(label);
        }
        return next;
    }

    /// {@return `tree`, which shows the canister as it was before, with what changed since}
    private static Branch canisterTree(Branch tree, Optional<CanisterState> before, CanisterState after) {
        var next = tree;
        if (before.isEmpty()) {
            next = next.with("canister_creation_timestamp", LabeledTree.leaf(Nat.encode(after.createdNanos())));
        }
        if (before.isEmpty() || !Arrays.equals(before.get().certifiedData(), after.certifiedData())) {
            next = next.with("certified_data", LabeledTree.leaf(after.certifiedData()));
        }
        if (before.isEmpty()
                || !before.get()
                        .settings()
                        .controllers()
                        .equals(after.settings().controllers())) {
            next = next.with(
                    "controllers", LabeledTree.leaf(controllers(after.settings().controllers())));
        }
        var oldModule = before.flatMap(CanisterState::code).map(Code::module);
        var module = after.code().map(Code::module);
        if (!oldModule.map(ModuleBinary::hash).equals(module.map(ModuleBinary::hash))) {
            next = optional(
                    next, "module_hash", module.map(fresh -> fresh.hash().bytes()));
            next = withMetadata(next, module);
        }
        if (before.isEmpty() || !before.get().lastInstalledNanos().equals(after.lastInstalledNanos())) {
            var installed = after.lastInstalledNanos();
            next = optional(
                    next,
                    "last_install_timestamp",
                    installed.isPresent() ? Optional.of(Nat.encode(installed.getAsLong())) : Optional.empty());
        }
        return next;
    }

    private static Branch withMetadata(Branch tree, Optional<ModuleBinary> module) {
        var sections = NONE;
        for (var section :
                module.map(ModuleBinary::metadata).orElse(TreePMap.empty()).entrySet()) {
            sections = sections.with(
                    section.getKey(), LabeledTree.leaf(section.getValue().content()));
        }
        return sections.isEmpty() ? tree.without(Label.of("metadata")) : tree.with("metadata", sections);
    }

    private static Branch optional(Branch tree, String label, Optional<byte[]> value) {
        return value.map(bytes -> tree.with(label, LabeledTree.leaf(bytes)))
                .orElseGet(() -> tree.without(Label.of(label)));
    }

    private static byte[] controllers(SortedSet<Principal> controllers) {
        return Cbor.encodeSelfDescribed(new CborValue.Array(controllers.stream()
                .<CborValue>map(controller -> CborValue.bytes(controller.bytes()))
                .toList()));
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Branch before, Branch after) {
        return before == after;
    }

    private static LabeledTree time(State state) {
        return LabeledTree.leaf(Nat.encode(state.timeNanos()));
    }

    private static Branch branch(Branch tree, String label) {
        return branch(tree, Label.of(label));
    }

    private static Branch branch(Branch tree, byte[] label) {
        if (tree.get(label).orElse(NONE) instanceof Branch branch) {
            return branch;
        }
        throw new AssertionError("BUG: the tree has a value at " + Label.text(label));
    }
}

package decant.canister.management;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.Install;
import decant.canister.Lifecycle;
import decant.canister.MemoryPressure;
import decant.canister.Replay;
import decant.canister.SnapshotCode;
import decant.canister.cycles.Prices;
import decant.canister.management.Method.Way;
import decant.canister.state.Answer;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.CanisterStatus;
import decant.canister.state.Change;
import decant.canister.state.Chronicle;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;
import decant.canister.state.RestorePoint.Reason;
import decant.canister.state.Snapshots;
import decant.canister.state.SubnetState;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.pcollections.TreePVector;

/// The management canister: answers calls and queries on a subnet's state.
///
/// It has no state of its own. Guests' faults come out as rejects, never as exceptions. Calls that install code must be
/// made on a thread with a big stack, as [Install] says; everything else on any thread.
public final class Management {
    private static final long STOP_TIMEOUT_NANOS = 300_000_000_000L;

    private final Installation installation;
    private final SnapshotLoading loading;
    private final SnapshotReading reading;
    private final Undoing undoing;
    private final Signing signing;

    /// A management canister that signs nothing.
    public Management(Install install, SnapshotCode snapshotCode, Replay replay) {
        this(install, snapshotCode, replay, Optional.empty());
    }

    /// A management canister that signs for canisters with these keys, if there are any.
    public Management(Install install, SnapshotCode snapshotCode, Replay replay, Optional<CanisterKeys> keys) {
        this.installation = new Installation(install);
        this.loading = new SnapshotLoading(snapshotCode);
        this.reading = new SnapshotReading(snapshotCode);
        this.undoing = new Undoing(replay);
        this.signing = new Signing(keys);
    }

    /// Carries out one call.
    public ManagementOutcome execute(SubnetState subnet, ManagementCall call, Env env) {
        try {
            var method = method(call);
            return carryOut(new Turn(subnet, call, method, Interface.argument(method, call.argument()), env));
        } catch (Refusal refusal) {
            return new ManagementOutcome(
                    subnet, List.of(new Answer(call.origin(), refusal.reject(), call.cycles())), 0);
        }
    }

    /// {@return the call of a canister that takes the argument as a value, for the node's own canisters}
    ///
    /// The answer to it is the last one of its outcome.
    public static ManagementCall callBy(Principal canister, String name, Value argument, Cycles cycles) {
        var method = Method.ofName(name).orElseThrow(() -> new AssertionError("BUG: no method " + name));
        return new ManagementCall(
                new CallOrigin.FromCanister(canister, 0, 0), name, Interface.message(method, argument), cycles);
    }

    private static Method method(ManagementCall call) {
        var method = Method.ofName(call.method()).orElseThrow(() -> Refusal.noMethod(call.method()));
        requireWay(method, call.origin() instanceof CallOrigin.FromUser ? Way.USER : Way.CANISTER);
        return method;
    }

    private static void requireWay(Method method, Way way) {
        if (method.allows(way)) {
            return;
        }
        throw method.allows(Way.CANISTER)
                ? Refusal.onlyCanistersMayCall(method)
                : new Refusal(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        method.methodName() + " API is only accessible in non-replicated mode");
    }

    private ManagementOutcome carryOut(Turn turn) {
        return switch (turn.method()) {
            case CREATE_CANISTER -> Creation.paid(turn);
            case PROVISIONAL_CREATE_CANISTER_WITH_CYCLES -> Creation.provisional(turn);
            case PROVISIONAL_TOP_UP_CANISTER -> topUp(turn);
            case DEPOSIT_CYCLES -> deposit(turn);
            case UPDATE_SETTINGS -> updateSettings(turn);
            case INSTALL_CODE -> installation.whole(turn);
            case UPLOAD_CHUNK -> uploadChunk(turn);
            case CLEAR_CHUNK_STORE -> clearChunkStore(turn);
            case STORED_CHUNKS -> storedChunks(turn);
            case TAKE_CANISTER_SNAPSHOT -> Snapshotting.take(turn);
            case LOAD_CANISTER_SNAPSHOT -> loading.load(turn);
            case DELETE_CANISTER_SNAPSHOT -> Snapshotting.delete(turn);
            case UPLOAD_CANISTER_SNAPSHOT_METADATA -> SnapshotUpload.begin(turn);
            case UPLOAD_CANISTER_SNAPSHOT_DATA -> SnapshotUpload.write(turn);
            case LIST_CANISTER_SNAPSHOTS -> Snapshotting.list(turn);
            case READ_CANISTER_SNAPSHOT_METADATA -> reading.metadata(turn);
            case READ_CANISTER_SNAPSHOT_DATA -> SnapshotReading.data(turn);
            case INSTALL_CHUNKED_CODE -> installation.chunked(turn);
            case UNINSTALL_CODE -> Uninstalling.uninstall(turn);
            case START_CANISTER -> start(turn);
            case STOP_CANISTER -> stop(turn);
            case DELETE_CANISTER -> delete(turn);
            case CANISTER_STATUS -> status(turn);
            case CANISTER_METRICS -> metrics(turn);
            case CANISTER_INFO -> info(turn);
            case CANISTER_METADATA -> metadata(turn);
            case RAW_RAND -> random(turn);
            case SUBNET_INFO -> SubnetReply.info(turn);
            case NODE_METRICS_HISTORY -> SubnetReply.nodeMetrics(turn);
            case ECDSA_PUBLIC_KEY, SCHNORR_PUBLIC_KEY -> signing.publicKey(turn);
            case SIGN_WITH_ECDSA -> signing.ecdsa(turn);
            case SIGN_WITH_SCHNORR -> signing.schnorr(turn);
            case VETKD_PUBLIC_KEY -> signing.vetPublicKey(turn);
            case VETKD_DERIVE_KEY -> signing.vetKey(turn);
            case HTTP_REQUEST -> HttpOutcalls.begin(turn);
            case DECANT_NAME_CANISTER -> Naming.name(turn);
            case DECANT_HISTORY ->
                turn.replied(turn.subnet(), told(turn.subnet(), turn.sender(), turn.method(), turn.argument()));
            case DECANT_UNDO -> undoing.undo(turn);
            case DECANT_PIN_RESTORE_POINT -> Undoing.pin(turn);
            case DECANT_SET_UPGRADE_POLICY -> Policies.set(turn);
            case FETCH_CANISTER_LOGS,
                    LIST_CANISTERS,
                    DECANT_LIST_CANISTERS,
                    DECANT_NEXT_SNAPSHOT_DATA,
                    DECANT_REHEARSE,
                    DECANT_CHECKUPS -> throw new AssertionError("BUG: " + turn.method() + " is a query");
        };
    }

    private static ManagementOutcome topUp(Turn turn) {
        var amount = turn.argument().field("amount").toBigInteger().min(Cycles.MAX.toBigInteger());
        return turn.done(turn.target().credited(Cycles.of(amount)));
    }

    private static ManagementOutcome deposit(Turn turn) {
        var deposited = turn.target().credited(turn.call().cycles());
        return turn.answered(turn.subnet().with(deposited), Optional.empty(), Cycles.ZERO);
    }

    private static ManagementOutcome updateSettings(Turn turn) {
        var target = turn.controlledTarget();
        var requested = turn.argument().field("settings");
        var settings = SettingsChange.apply(requested, target.settings());
        if (settings.reservedCyclesLimit().compareTo(target.reservedCycles()) < 0
                && requested.optionalField("reserved_cycles_limit").isPresent()) {
            throw new Refusal(
                    ErrorCode.RESERVED_CYCLES_LIMIT_IS_TOO_LOW,
                    "Cannot set the reserved cycles limit " + settings.reservedCyclesLimit()
                            + " below the reserved cycles balance of the canister " + target.reservedCycles() + ".");
        }
        Fees.requireAllocations(turn.subnet(), target, target.settings(), settings);
        boolean changesControllers = requested.optionalField("controllers").isPresent();
        var unpaid = target.with(draft -> {
            draft.settings = settings;
            draft.account = draft.account.withSuspended(false);
            draft.version++;
            draft.log = draft.log.cutTo(settings.logMemoryLimitBytes());
            draft.code.ifPresent(
                    code -> draft.lowMemoryHook = draft.lowMemoryHook.observe(MemoryPressure.isLow(settings, code)));
            if (changesControllers) {
                draft.history = draft.history.plus(new Change(
                        turn.env().timeNanos(),
                        draft.version,
                        turn.changeOrigin(),
                        new Change.Details.ControllersChange(TreePVector.from(settings.controllers()))));
            }
        });
        var changed = Fees.settingsPaid(turn, Fees.reserved(turn.subnet(), unpaid, target.settings()));
        var policyBefore = target.settings().upgradePolicy();
        return turn.done(
                policyBefore == settings.upgradePolicy()
                        ? turn.subnet().with(changed)
                        : Policies.changed(turn, changed, policyBefore, false));
    }

    private static ManagementOutcome uploadChunk(Turn turn) {
        var target = turn.target();
        Authority.requireControllerOrSelf(target, turn.sender());
        byte[] chunk = turn.argument().field("chunk").toBytes();
        var hash = Hash.sha256(chunk);
        var stored = ChunkStore.with(target, hash, chunk);
        var paid = Fees.paid(
                turn,
                turn.subnet().with(stored),
                stored,
                Prices.UPLOAD_CHUNK_INSTRUCTIONS,
                "Error from Wasm chunk store");
        return turn.replied(paid, ChunkStore.chunkHash(hash));
    }

    private static ManagementOutcome clearChunkStore(Turn turn) {
        var target = turn.target();
        Authority.requireControllerOrSelf(target, turn.sender());
        return turn.done(ChunkStore.cleared(target));
    }

    private static ManagementOutcome storedChunks(Turn turn) {
        var target = turn.target();
        Authority.requireControllerOrSelf(target, turn.sender());
        return turn.replied(turn.subnet(), ChunkStore.hashes(target.chunkStore()));
    }

    private static ManagementOutcome start(Turn turn) {
        var transition = Lifecycle.start(turn.administeredTarget());
        return turn.done(transition.next(), transition.answers());
    }

    /// The answer comes when the canister's open calls are finished; [Lifecycle] holds it until then.
    private static ManagementOutcome stop(Turn turn) {
        var call = new CanisterStatus.StopCall(
                turn.call().origin(), turn.call().cycles(), turn.env().timeNanos() + STOP_TIMEOUT_NANOS);
        var transition = Lifecycle.stop(turn.administeredTarget(), call);
        return new ManagementOutcome(turn.subnet().with(transition.next()), transition.answers(), 0);
    }

    private static ManagementOutcome delete(Turn turn) {
        var target = turn.administeredTarget();
        Policies.requireReplaceable(target);
        Lifecycle.deletionHindrance(target, turn.sender()).ifPresent(hindrance -> {
            throw new Refusal(hindrance);
        });
        var chronicle = turn.subnet().chronicle(target.id());
        boolean isWorthKeeping =
                target.code().isPresent() || !chronicle.points().isEmpty();
        var next = isWorthKeeping
                ? chronicle.plusUndoable(
                        target, Reason.DELETION, turn.env().timeNanos(), turn.changeOrigin(), _ -> new Event.Deletion())
                : Chronicle.NONE;
        var snapshots = isWorthKeeping ? turn.subnet().snapshots(target.id()).ended() : Snapshots.NONE;
        return turn.done(turn.subnet()
                .without(target.id())
                .withChronicle(target.id(), next)
                .withSnapshots(target.id(), snapshots));
    }

    private static ManagementOutcome status(Turn turn) {
        var target = turn.target();
        if (!Authority.isOperator(turn.subnet(), turn.sender())) {
            Authority.requireStatusViewer(target, turn.sender());
        }
        return turn.replied(turn.subnet(), StatusReply.of(target, turn.subnet()));
    }

    private static ManagementOutcome metrics(Turn turn) {
        return turn.replied(
                turn.subnet(), MetricsReply.of(turn.administeredTarget().account()));
    }

    private static ManagementOutcome info(Turn turn) {
        var changesMax = turn.argument()
                .optionalField("num_requested_changes")
                .map(Value::toBigInteger)
                .orElse(BigInteger.ZERO);
        return turn.replied(turn.subnet(), InfoReply.of(turn.target(), changesMax));
    }

    private static ManagementOutcome metadata(Turn turn) {
        var target = turn.target();
        var name = turn.argument().field("name").toText();
        var code = target.code()
                .orElseThrow(() -> new Refusal(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "The canister " + target.id() + " has no Wasm module and hence no metadata is available."));
        var metadata = code.module()
                .metadata(name)
                .filter(section -> section.isPublic() || target.settings().isController(turn.sender()))
                .orElseThrow(() -> new Refusal(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "The canister " + target.id() + " has no metadata section with the name " + name + "."));
        return turn.replied(turn.subnet(), Value.record().with("value", Value.blob(metadata.content())));
    }

    private static ManagementOutcome random(Turn turn) {
        var draw = turn.subnet().randomness().draw();
        return turn.replied(turn.subnet().withRandomness(draw.next()), Value.blob(draw.bytes()));
    }

    /// Answers one query.
    public Payload query(SubnetState subnet, Principal caller, String name, byte[] argument) {
        try {
            var method = Method.ofName(name)
                    .filter(candidate -> candidate.allows(Way.QUERY))
                    // These are for users, and answered beside queries: see Rehearsing and Checkups.
                    .filter(candidate -> candidate != Method.DECANT_REHEARSE && candidate != Method.DECANT_CHECKUPS)
                    .orElseThrow(() -> Refusal.noQueryMethod(name));
            var result = told(subnet, caller, method, Interface.argument(method, argument));
            return new Payload.Reply(Interface.reply(method, Optional.of(result)));
        } catch (Refusal refusal) {
            return refusal.reject();
        }
    }

    private static Value told(SubnetState subnet, Principal caller, Method method, Value argument) {
        if (method == Method.DECANT_LIST_CANISTERS) {
            return StatusReply.list(subnet);
        }
        if (method == Method.LIST_CANISTERS) {
            Authority.requireOperator(subnet, caller);
            return SubnetReply.canisters(subnet);
        }
        var id = argument.field("canister_id").toPrincipal();
        if (method == Method.DECANT_HISTORY) {
            var canister = Undoing.lastKnown(subnet, id);
            if (!Authority.isOperator(subnet, caller)) {
                Authority.requireController(canister, caller);
            }
            return HistoryReply.of(subnet.chronicle(id));
        }
        var canister = subnet.canister(id).orElseThrow(() -> Refusal.notFound(id));
        if (method == Method.FETCH_CANISTER_LOGS) {
            Authority.requireLogViewer(canister, caller);
            return LogReply.of(canister.log(), argument.optionalField("filter"));
        }
        if (method == Method.DECANT_NEXT_SNAPSHOT_DATA) {
            Authority.requireSnapshotViewer(canister, caller);
            return SnapshotReading.next(subnet, canister, argument);
        }
        if (method == Method.CANISTER_METRICS) {
            if (!Authority.isOperator(subnet, caller)) {
                Authority.requireController(canister, caller);
            }
            return MetricsReply.of(canister.account());
        }
        if (!Authority.isOperator(subnet, caller)) {
            Authority.requireStatusViewer(canister, caller);
        }
        return StatusReply.of(canister, subnet);
    }

    /// {@return why the user may not make this call at all, if so: to be asked before a call is taken in}
    public Optional<Payload.Reject> hindrance(SubnetState subnet, Principal sender, String name, byte[] argument) {
        try {
            var method = Method.ofName(name).orElseThrow(() -> Refusal.noMethod(name));
            requireWay(method, Way.USER);
            Interface.argument(method, argument);
            if (method == Method.CREATE_CANISTER) {
                Authority.requireCreator(subnet, sender);
            } else if (method != Method.PROVISIONAL_CREATE_CANISTER_WITH_CYCLES) {
                var id = Interface.subject(method, argument)
                        .orElseThrow(() -> new AssertionError("BUG: " + method + " names no canister"));
                var canister = subject(subnet, method, id);
                if (!method.isForOperators() || !Authority.isOperator(subnet, sender)) {
                    Authority.requireMaySend(method, canister, sender);
                }
            }
            return Optional.empty();
        } catch (Refusal refusal) {
            return Optional.of(refusal.reject());
        }
    }

    /// {@return what has to be recorded for this call, if it makes other calls again}
    public Optional<RecordingRequest> recordingRequest(SubnetState subnet, String name, byte[] argument) {
        return Method.ofName(name)
                .filter(method -> method == Method.DECANT_UNDO)
                .flatMap(method -> RecordingRequest.of(subnet, method, argument));
    }

    private static CanisterState subject(SubnetState subnet, Method method, Principal id) {
        return method.reachesDeletedCanisters()
                ? Undoing.lastKnown(subnet, id)
                : subnet.canister(id).orElseThrow(() -> Refusal.notFound(id));
    }

    /// {@return whether the interface has this method at the endpoint of a subnet}
    public static boolean isAboutSubnet(String name) {
        return Method.ofName(name).filter(Method::isAboutSubnet).isPresent();
    }

    /// {@return the canister that a call is about, if it is about one}
    public Optional<Principal> effectiveCanister(String name, byte[] argument) {
        return Method.ofName(name).flatMap(method -> Interface.subject(method, argument));
    }
}

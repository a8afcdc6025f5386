package decant.canister.management;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.InstallRequest;
import decant.canister.rehearsal.Acknowledgements;
import decant.canister.rehearsal.Bisection;
import decant.canister.rehearsal.ProbeScript;
import decant.canister.rehearsal.ProbeScriptException;
import decant.canister.rehearsal.Rehearsal;
import decant.canister.rehearsal.RehearsalPlan;
import decant.canister.rehearsal.RehearsalReport;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Chronicle;
import decant.canister.state.ErrorCode;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Answers `decant_rehearse`, the one query of the management canister that runs code of canisters.
///
/// It is kept apart from [Management], so that a node can run it beside its other queries and canisters cannot ask for
/// it. Must be called on a thread with a big stack.
public final class Rehearsing {
    public static final String METHOD = Method.DECANT_REHEARSE.methodName();

    private static final long RECORDED_MAX = 1_000;
    private static final long VALUE_CHARACTERS_MAX = 1_000_000;

    private final Rehearsal rehearsal;
    private final long bytesMax;

    /// Where calls that users made are found again.
    @FunctionalInterface
    public interface Recorded {
        /// {@return the newest calls of the canister that are still known, at most `count`, the oldest first}
        List<Message.Ingress> newest(Principal canister, int count);
    }

    /// Where it is found again what a canister was.
    @FunctionalInterface
    public interface Memory {
        /// {@return the states of the canister that are still known, the oldest first}
        List<Bisection.Past> past(Principal canister);
    }

    /// @param bytesMax the bytes of pages that a copy may write
    public Rehearsing(Rehearsal rehearsal, long bytesMax) {
        this.rehearsal = rehearsal;
        this.bytesMax = bytesMax;
    }

    /// Whether somebody may have a rehearsal.
    public sealed interface Admission {
        record Admitted(Asked rehearsal) implements Admission {}

        record Refused(Payload.Reject reason) implements Admission {}
    }

    /// A rehearsal that somebody asked for who may, of the canister as it was then.
    public final class Asked {
        private final CanisterState canister;
        private final Chronicle chronicle;
        private final InstallRequest request;
        private final Value argument;

        private Asked(CanisterState canister, Chronicle chronicle, InstallRequest request, Value argument) {
            this.canister = canister;
            this.chronicle = chronicle;
            this.request = request;
            this.argument = argument;
        }

        /// {@return the report, or why there is none}
        ///
        /// @param isOver whether nobody waits for the answer any more, or its time is over
        public Payload answer(Recorded recorded, Memory memory, Env env, BooleanSupplier isOver) {
            if (isOver.getAsBoolean()) {
                return new Refusal(ErrorCode.CANISTER_REJECTED_MESSAGE, "Nobody waits for this rehearsal any more.")
                        .reject();
            }
            try {
                int count = (int) Math.min(RECORDED_MAX, number(argument, "replay"));
                var plan = plan(argument, env).withRecorded(recorded.newest(canister.id(), count));
                boolean bisects = argument.optionalField("bisect")
                        .filter(Value::toBoolean)
                        .isPresent();
                var reply = bisects
                        ? RehearsalReply.of(bisected(memory, plan, env, isOver))
                        : RehearsalReply.of(run(canister, plan, env, isOver));
                return new Payload.Reply(Interface.reply(Method.DECANT_REHEARSE, Optional.of(reply)));
            } catch (Refusal refusal) {
                return refusal.reject();
            }
        }

        private Bisection bisected(Memory memory, RehearsalPlan plan, Env env, BooleanSupplier isOver) {
            var past = memory.past(canister.id()).stream()
                    .filter(known -> known.canister().code().isPresent())
                    .toList();
            if (past.isEmpty()) {
                throw new Refusal(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Nothing is known of what canister " + canister.id() + " was: it had no code since the last"
                                + " checkpoint.");
            }
            return Bisection.of(past, known -> {
                var then = new Env(known.timeNanos(), env.subnetId(), env.rootKeyDer(), env.limits());
                var report = run(known.canister(), plan, then, isOver);
                if (isOver.getAsBoolean()) {
                    // What was cut off is not unsafe for all that is known, and would lead the search astray.
                    throw new Refusal(
                            ErrorCode.CANISTER_REJECTED_MESSAGE,
                            "The search through " + past.size() + " states of canister " + canister.id()
                                    + " took longer than it may on a node that runs. Search in the state directory of"
                                    + " the node when it does not run, or with fewer probes.");
                }
                return report;
            });
        }

        private RehearsalReport run(CanisterState state, RehearsalPlan plan, Env env, BooleanSupplier isOver) {
            return rehearsal.abandonedIf(isOver).run(state, chronicle, request, plan, env);
        }
    }

    /// {@return the rehearsal that the message asks for; nothing has run yet}
    public Admission admit(SubnetState subnet, Principal caller, byte[] message) {
        try {
            var argument = Interface.argument(Method.DECANT_REHEARSE, message);
            var id = argument.field("canister_id").toPrincipal();
            var canister = subnet.canister(id).orElseThrow(() -> Refusal.notFound(id));
            var origin = origin(subnet, canister, caller);
            var module = module(argument, canister);
            var request = Installation.request(argument, module, origin);
            return new Admission.Admitted(new Asked(canister, subnet.chronicle(id), request, argument));
        } catch (Refusal refusal) {
            return new Admission.Refused(refusal.reject());
        }
    }

    /// {@return the module that is given; the one that is installed where none is}
    private static byte[] module(Value argument, CanisterState canister) {
        byte[] given = argument.field("wasm_module").toBytes();
        return given.length > 0
                ? given
                : canister.code().map(code -> code.module().bytes()).orElse(given);
    }

    /// The operator, who controls no canister, asks as one of the controllers would.
    private static Change.Origin origin(SubnetState subnet, CanisterState canister, Principal caller) {
        var controllers = canister.settings().controllers();
        boolean isOperator = subnet.charter().operator().equals(Optional.of(caller));
        if (isOperator && !controllers.isEmpty()) {
            return new Change.Origin.FromUser(controllers.contains(caller) ? caller : controllers.first());
        }
        Authority.requireController(canister, caller);
        return new Change.Origin.FromUser(caller);
    }

    private RehearsalPlan plan(Value argument, Env env) {
        var usual = RehearsalPlan.asked(env.limits());
        return usual.withProbes(argument.optionalField("probes")
                        .map(Value::toText)
                        .map(Rehearsing::script)
                        .orElse(usual.probes()))
                .withForwardNanos(argument.optionalField("forward_nanos")
                        .map(Value::toLong)
                        .orElse(usual.forwardNanos()))
                .withDowngrades(argument.optionalField("downgrade")
                        .map(Value::toBoolean)
                        .orElse(usual.downgrades()))
                .withAcknowledgements(Acknowledgements.of(acknowledged(argument)))
                .withBounds(usual.bounds().withBytesMax(bytesMax))
                .withValueCharacters(argument.optionalField("value_characters")
                        .map(characters -> (int) Math.min(VALUE_CHARACTERS_MAX, characters.toLong()))
                        .orElse(usual.valueCharactersMax()));
    }

    private static ProbeScript script(String text) {
        try {
            return ProbeScript.parse(text);
        } catch (ProbeScriptException e) {
            throw new Refusal(ErrorCode.INVALID_MANAGEMENT_PAYLOAD, String.valueOf(e.getMessage()));
        }
    }

    private static List<String> acknowledged(Value argument) {
        var texts = new ArrayList<String>();
        argument.optionalField("acknowledged_findings")
                .ifPresent(items -> items.items().forEach(item -> texts.add(item.toText())));
        return texts;
    }

    private static long number(Value argument, String name) {
        return argument.optionalField(name).map(Value::toLong).orElse(0L);
    }
}

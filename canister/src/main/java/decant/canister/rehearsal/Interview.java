package decant.canister.rehearsal;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Type;
import decant.candid.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/// The calls whose answers are compared, and asking them.
///
/// The usual ones are all query methods that both versions have: those without arguments once, the others with a few
/// arguments that are made up. Then come those of the probe file.
final class Interview {
    private static final long LATER_NANOS = 86_400_000_000_000L;

    private final List<Probe> probes = new ArrayList<>();
    private final List<Observation> observations = new ArrayList<>();

    private Interview() {}

    /// Chooses what to ask two versions.
    ///
    /// @param sender who asks
    static Interview of(
            Optional<Did> before, Optional<Did> after, ProbeScript script, Principal sender, Principal self) {
        var interview = new Interview();
        if (script.usual() && before.isPresent() && after.isPresent()) {
            interview.addUsual(before.get(), name -> has(after.get(), name), sender, samples(sender, self));
        }
        for (var call : script.calls()) {
            interview.add(call, has(before, call.method()) ? before : after, sender);
        }
        return interview;
    }

    /// Chooses what to ask the new version alone: the usual calls that the old one does not have.
    static Interview ofNew(
            Optional<Did> before, Optional<Did> after, ProbeScript script, Principal sender, Principal self) {
        var interview = new Interview();
        if (script.usual() && after.isPresent()) {
            interview.addUsual(after.get(), name -> !has(before, name), sender, samples(sender, self));
        }
        return interview;
    }

    /// Chooses what to do with the new version: what is known, and all its update methods with arguments that are made
    /// up.
    static List<Probe> updates(Optional<Did> after, List<Probe> known, Principal sender, Principal self) {
        var interview = new Interview();
        interview.probes.addAll(known);
        after.ifPresent(service -> interview.addUpdates(service, sender, samples(sender, self)));
        return interview.probes();
    }

    private void addUpdates(Did service, Principal sender, Samples samples) {
        var second = new ArrayList<Probe>();
        for (var name : service.service().methods().keySet()) {
            var method = service.method(name).orElseThrow();
            if (method.isQuery()) {
                continue;
            }
            var made = samples.of(method.argumentTypes());
            // The smallest arguments are mostly zeros and empty, and do nothing.
            for (int i = made.size() - 1; i >= Math.max(0, made.size() - 2); i--) {
                var probe = new Probe(
                        true,
                        false,
                        sender,
                        name,
                        Candid.encode(made.get(i), method.argumentTypes()),
                        text(made.get(i)));
                (i == made.size() - 1 ? probes : second).add(probe);
            }
        }
        probes.addAll(second);
    }

    private static Samples samples(Principal sender, Principal self) {
        return new Samples(List.of(sender, self, Principal.ANONYMOUS));
    }

    private static boolean has(Optional<Did> service, String name) {
        return service.filter(did -> has(did, name)).isPresent();
    }

    private static boolean has(Did service, String name) {
        return service.method(name).isPresent();
    }

    List<Probe> probes() {
        return Collections.unmodifiableList(probes);
    }

    /// {@return what cannot be asked}
    List<Observation> observations() {
        return observations;
    }

    private void addUsual(Did service, Predicate<String> wanted, Principal sender, Samples samples) {
        var withArguments = new ArrayList<Probe>();
        for (var name : service.service().methods().keySet()) {
            var method = service.method(name).orElseThrow();
            if (!isPlainQuery(method) || !wanted.test(name)) {
                continue;
            }
            if (method.arguments().isEmpty()) {
                probes.add(
                        new Probe(false, true, sender, name, Candid.encode(List.of(), List.of()), Probe.NO_ARGUMENTS));
            } else {
                samples.of(method.argumentTypes())
                        .forEach(sample -> withArguments.add(new Probe(
                                false,
                                false,
                                sender,
                                name,
                                Candid.encode(sample, method.argumentTypes()),
                                text(sample))));
            }
        }
        probes.addAll(withArguments);
    }

    private static boolean isPlainQuery(Type.Func method) {
        return method.annotations().contains(Type.Annotation.QUERY);
    }

    private static String text(List<Value> values) {
        var parts = values.stream().map(Value::toString).toList();
        return "(" + String.join(", ", parts) + ")";
    }

    private void add(ProbeScript.Call call, Optional<Did> service, Principal sender) {
        try {
            var types = service.flatMap(did -> did.method(call.method())).map(Type.Func::argumentTypes);
            byte[] argument = types.isPresent()
                    ? Candid.encode(Candid.parse(call.argument(), types.get()), types.get())
                    : Candid.encode(Candid.parse(call.argument()));
            probes.add(new Probe(
                    call.isUpdate(), true, call.sender().orElse(sender), call.method(), argument, call.argument()));
        } catch (CandidException e) {
            observations.add(Observation.leavesOpen(
                    "probes.not-asked",
                    call.method() + call.argument(),
                    String.valueOf(e.getMessage()),
                    "arguments that the method takes",
                    "what the method answers was not compared",
                    "mend the arguments in the probe file"));
        }
    }

    /// {@return the answers of the fork, which is afterwards what it was before}
    List<Answer> hold(Fork fork, Allowance allowance, int probesMax) {
        var begun = fork.canister();
        fork.start();
        var answers = new ArrayList<Answer>();
        for (var probe : probes.subList(0, Math.min(probes.size(), probesMax))) {
            if (!allowance.isLeft()) {
                break;
            }
            var answer = ask(fork, probe);
            if (!allowance.wasCut()) {
                answers.add(answer);
            }
        }
        fork.become(begun);
        return answers;
    }

    static Answer ask(Fork fork, Probe probe) {
        if (probe.isUpdate()) {
            var conversation = fork.call(probe.sender(), probe.method(), probe.argument());
            return new Answer(probe, conversation.answer(), conversation.callsOut());
        }
        var payload = fork.query(probe.sender(), probe.method(), probe.argument());
        return new Answer(probe, Optional.of(payload), Collections.unmodifiableSortedSet(new TreeSet<>()));
    }

    /// {@return what the fork answers to a query a day later, when it has another version; it stays as it is}
    static Optional<Answer> askLater(Fork fork, Probe probe, Allowance allowance) {
        if (probe.isUpdate() || !allowance.isLeft()) {
            return Optional.empty();
        }
        var begun = fork.canister();
        fork.become(begun.with(draft -> draft.version++));
        fork.start();
        fork.sleepUntil(fork.timeNanos() + LATER_NANOS);
        var answer = ask(fork, probe);
        fork.become(begun);
        return allowance.wasCut() ? Optional.empty() : Optional.of(answer);
    }
}

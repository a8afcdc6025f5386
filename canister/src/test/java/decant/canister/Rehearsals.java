package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.rehearsal.ProbeScript;
import decant.canister.rehearsal.RehearsalPlan;
import decant.canister.rehearsal.RehearsalReport;
import decant.canister.rehearsal.Verdict;
import decant.canister.state.Change;
import decant.canister.state.Finding;
import decant.canister.state.StateFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/// A rehearsal in a test: which module on which canister, and what must come of it. The canister must not notice.
final class Rehearsals {
    private final Canister canister;
    private Mode mode = new Mode.Upgrade(false, Optional.empty());
    private byte[] module = {};
    private byte[] argument = ExampleCanister.candid("()");
    private RehearsalPlan plan = RehearsalPlan.asked(Limits.DEFAULT);
    private BooleanSupplier isOver = () -> false;

    private Rehearsals(Canister canister) {
        this.canister = canister;
    }

    static Rehearsals of(Canister canister) {
        return new Rehearsals(canister);
    }

    /// Rehearses a module of `examples/`, such as `counter/v1`.
    Rehearsals example(String name) {
        return module(ExampleCanister.wasm(name));
    }

    Rehearsals module(byte[] wasm) {
        module = wasm;
        return this;
    }

    Rehearsals mode(Mode other) {
        mode = other;
        return this;
    }

    Rehearsals keeping() {
        return mode(new Mode.Upgrade(false, Optional.of(Persistence.KEEP)));
    }

    Rehearsals argumentText(String text) {
        argument = ExampleCanister.candid(text);
        return this;
    }

    Rehearsals probes(String script) {
        return with(before -> before.withProbes(ProbeScript.parse(script)));
    }

    Rehearsals with(UnaryOperator<RehearsalPlan> change) {
        plan = change.apply(plan);
        return this;
    }

    /// Lets the rehearsal go on so many steps more, and then no further.
    Rehearsals endingAfter(int steps) {
        var left = new AtomicInteger(steps);
        isOver = () -> left.getAndDecrement() <= 0;
        return this;
    }

    /// Rehearses, and sees to it that nothing of the canister has changed.
    Rehearsed run() {
        var request = new InstallRequest(mode, module, argument, new Change.Origin.FromUser(CanisterKit.CONTROLLER));
        var before = canister.state();
        var hash = canister.stateHash();
        var report = canister.rehearse(request, plan, isOver);
        assertThat(canister.state()).isSameAs(before);
        assertThat(StateFormat.stateHash(before)).isEqualTo(hash);
        return new Rehearsed(report);
    }

    /// What came of a rehearsal.
    record Rehearsed(RehearsalReport report) {
        Rehearsed expect(Verdict verdict, String... reasons) {
            assertThat(report.reasons())
                    .as(report.toText())
                    .extracting(Finding::code)
                    .containsExactly(reasons);
            assertThat(report.verdict()).isEqualTo(verdict);
            return this;
        }

        Rehearsed expectSafe() {
            return expect(Verdict.SAFE);
        }

        Rehearsed expectUnsafe(String... reasons) {
            return expect(Verdict.UNSAFE, reasons);
        }

        Rehearsed expectUnknown(String... reasons) {
            return expect(Verdict.UNKNOWN, reasons);
        }

        Finding finding(String code) {
            return report.observations().stream()
                    .map(observation -> observation.finding())
                    .filter(finding -> finding.code().equals(code))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + code + " in\n" + report.toText()));
        }
    }
}

package decant.cli.rehearsal;

import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Quota;
import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.rehearsal.RehearsalResult.Verdict;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Output;
import decant.cli.terminal.Paint;
import decant.cli.terminal.ShortForm;
import decant.cli.terminal.Surroundings;
import decant.protocol.ProtocolException;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Searches for the first message after which a rehearsed upgrade fails.
@Command(
        name = "bisect",
        description = "Find the first message after which an upgrade is not safe any more, by rehearsals.",
        footer = {
            "",
            "The node computes again what the canister was after each round since its last checkpoint, and rehearses"
                    + " the upgrade in some of these states, by halves. Nothing is changed.",
            "",
            "Exit codes: 0 if the upgrade is safe now, 1 if it is unsafe, 2 if that is not known or the search itself"
                    + " fails.",
            "",
            "Examples:",
            "  decant bisect ledger v2.wasm",
            "  decant bisect ledger v2.wasm --probe probes.txt --json",
            "  decant bisect ledger v2.wasm --state .decant                      a node that does not run"
        })
public final class BisectCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private RehearsalOptions rehearsal = new RehearsalOptions();

    @Mixin
    private Output output = new Output();

    public BisectCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try {
            var result = rehearsal.run(
                    surroundings,
                    "Searching",
                    request -> request.with("bisect", Value.some(Value.bool(true)))
                            .with("forward_nanos", Value.some(Value.nat64(0)))
                            .with("downgrade", Value.some(Value.bool(false))));
            var bisection = result.candid().optionalField("bisection").orElseThrow();
            var text = found(result, bisection) + "\n\n" + new RehearsalSheet(result, Paint.of(surroundings)).text();
            output.print(surroundings, text, result.json().with("bisection", CandidJson.of(bisection)));
            return result.verdict().exitCode();
        } catch (CommandFailure failure) {
            // Exit code 1 would say that the upgrade is unsafe.
            throw failure.withExitCode(ExitCode.NOT_UNDERSTOOD);
        } catch (ProtocolException | CandidException e) {
            throw CommandFailure.notUnderstood("The node's answer cannot be understood: " + e.getMessage() + ".");
        }
    }

    private static String found(RehearsalResult result, Value bisection) {
        var oldest = bisection.field("oldest");
        var newest = bisection.field("newest");
        var searched = ShortForm.count(bisection.field("states").toLong()) + " states of " + result.canister()
                + " are known, from " + shown(oldest) + " to " + shown(newest) + ".";
        var turn = bisection.optionalField("turn");
        if (turn.isPresent()) {
            return "The upgrade is unsafe since " + shown(turn.get().field("first")) + "; in "
                    + shown(turn.get().field("last")) + " it was "
                    + turn.get().field("last").field("verdict").toText() + ".\n" + calls(turn.get()) + "\n" + searched;
        }
        return result.verdict() == Verdict.UNSAFE
                ? "The upgrade is unsafe in all states that are known; what was before the last checkpoint is not.\n"
                        + searched
                : "The upgrade is not unsafe now, so there is nothing to find.\n" + searched;
    }

    private static String shown(Value state) {
        return "version " + state.field("version").toLong() + " (round "
                + state.field("round").toLong() + ")";
    }

    private static String calls(Value turn) {
        var calls = turn.field("calls").items();
        if (calls.isEmpty()) {
            return "No user called it in that round: it was a timer, a heartbeat or another canister.";
        }
        var text = new StringBuilder("The calls of that round:");
        calls.forEach(call -> text.append("\n  ")
                .append(call.field("method").toText())
                .append(argument(call.field("arg").toBytes()))
                .append(" by ")
                .append(call.field("sender").toPrincipal()));
        return text.toString();
    }

    private static String argument(byte[] bytes) {
        try {
            return Candid.print(Candid.decode(bytes, Quota.DEFAULT));
        } catch (CandidException _) {
            return " with " + HexFormat.of().formatHex(bytes);
        }
    }
}

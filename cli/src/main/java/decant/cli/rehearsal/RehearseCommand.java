package decant.cli.rehearsal;

import decant.candid.CandidException;
import decant.candid.Value;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Output;
import decant.cli.terminal.Paint;
import decant.cli.terminal.Surroundings;
import decant.protocol.ProtocolException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Tries an upgrade on a copy of a canister, and what comes after it.
@Command(
        name = "rehearse",
        description = "Try an upgrade on a copy of a canister, and say whether it is safe. Nothing is changed.",
        footer = {
            "",
            "On a copy the new version is installed, asked the same as the old one, upgraded once more to itself, used"
                    + " and upgraded again, left alone for a while, and taken back to the old version.",
            "",
            "Verdicts, with their exit codes:",
            "  safe     0  nothing was found that the upgrade breaks",
            "  unsafe   1  it breaks something",
            "  unknown  2  something that matters is not known; also if the rehearsal itself fails",
            "",
            "Examples:",
            "  decant rehearse counter v2.wasm",
            "  decant rehearse ledger v2.wasm --arg '(null)' --probe probes.txt --replay 100",
            "  decant rehearse ledger v2.wasm --acknowledge 'probes.changed version'",
            "  decant rehearse counter v2.wasm --json > verdict.json",
            "  decant deploy v2.wasm --name counter --verdict verdict.json      if nothing has changed since",
            "  decant rehearse counter v2.wasm --html report.html",
            "  decant rehearse backup/ledger v2.wasm                             a snapshot; no node is needed",
            "  decant rehearse ledger v2.wasm --state .decant                    a node that does not run",
            "  decant rehearse /mnt/backups/ledger v2.wasm --backup 3            a canister in a backup; else the newest"
        })
public final class RehearseCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private RehearsalOptions rehearsal = new RehearsalOptions();

    @Mixin
    private Output output = new Output();

    @Option(
            names = "--replay",
            paramLabel = "K",
            description = "Make the newest K recorded calls again on the copies, and compare the answers.")
    private int replay;

    @Option(
            names = "--forward",
            paramLabel = "SECONDS",
            description = "How long to run timers and heartbeats on the copies; else 60; 0 for not at all.")
    private int forward = 60;

    @Option(
            names = "--downgrade",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Try the way back to the old version, too, or with --no-downgrade do not.")
    private boolean downgrades = true;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the report to a file for browsers, too.")
    private Optional<Path> html = Optional.empty();

    public RehearseCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try {
            var result = rehearsed();
            html.ifPresent(target -> write(target, new RehearsalPage(result).html()));
            output.print(surroundings, new RehearsalSheet(result, Paint.of(surroundings)).text(), result.json());
            return result.verdict().exitCode();
        } catch (CommandFailure failure) {
            // Exit code 1 would say that the upgrade is unsafe.
            throw failure.withExitCode(ExitCode.NOT_UNDERSTOOD);
        } catch (ProtocolException | CandidException e) {
            throw CommandFailure.notUnderstood("The node's answer cannot be understood: " + e.getMessage() + ".");
        }
    }

    private RehearsalResult rehearsed() {
        return rehearsal.run(
                surroundings,
                "Rehearsing",
                request -> request.with("replay", Value.some(Value.nat64(natural("--replay", replay))))
                        .with(
                                "forward_nanos",
                                Value.some(Value.nat64(Duration.ofSeconds(natural("--forward", forward))
                                        .toNanos())))
                        .with("downgrade", Value.some(Value.bool(downgrades))));
    }

    private static int natural(String option, int number) {
        if (number < 0) {
            throw CommandFailure.notUnderstood(option + " takes a number from 0 on, not " + number + ".");
        }
        return number;
    }

    private void write(Path path, String text) {
        try {
            Files.writeString(surroundings.folder().resolve(path), text);
        } catch (IOException e) {
            throw new CommandFailure(path + " cannot be written: " + CommandFailure.reason(e) + ".", e);
        }
    }
}

package decant.cli.upgrade;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.cli.modules.ModuleFile;
import decant.cli.node.InstallReport;
import decant.cli.node.NodeClient;
import decant.cli.node.Stop;
import decant.cli.terminal.CommandFailure;
import decant.cli.upgrade.Installation.Attempt;
import decant.protocol.Response;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// What a module was deployed as, for telling what came of it.
///
/// @param node the node that it was deployed to
/// @param status the canister's status from before, unless it was created for the module
/// @param keptHeap whether the new code goes on with the heap of the old
record Deployed(
        URI node,
        String label,
        Principal canister,
        InstallMode mode,
        ModuleFile module,
        Optional<Value> status,
        boolean keptHeap) {

    /// @param what what was attempted, such as `The upgrade of counter`
    /// @param consequence what runs now, as a sentence
    /// @throws CommandFailure if the attempt failed
    static void require(Attempt attempt, String what, String consequence) {
        if (attempt.response() instanceof Response.Rejected rejection) {
            throw attempt.report()
                    .map(report -> CommandFailure.notInstalled(
                            what,
                            rejection,
                            report.candid(),
                            " at stage " + report.stage() + ". Nothing has changed: " + consequence + "\n\n"
                                    + ReportText.course(report)))
                    .orElseGet(() -> CommandFailure.rejected(what, rejection, "\nNothing has changed: " + consequence));
        }
    }

    /// {@return one line, and more only where there is something to know}
    String text(Attempt attempt) {
        var report = attempt.report();
        var text = new StringBuilder(label).append(" (").append(canister).append(") ");
        text.append(status.isEmpty() ? "created and " : "").append(mode.done());
        boolean lostHeap = report.filter(InstallReport::heapDropped).isPresent();
        text.append(mode == InstallMode.UPGRADE && keptHeap && !lostHeap ? ", its heap kept" : "");
        text.append(": module ").append(installedHash(attempt).hex());
        pages().ifPresent(address -> text.append("\nIts pages: ").append(address));
        if (report.flatMap(InstallReport::restorePoint).isPresent()) {
            text.append("\nTo undo this: decant undo ").append(label);
        }
        report.map(ReportText::notes)
                .orElse(List.of())
                .forEach(note -> text.append('\n').append(note));
        report.map(ReportText::warnings)
                .orElse(List.of())
                .forEach(warning -> text.append('\n').append(warning));
        status.flatMap(before -> Stop.notice(label, before))
                .ifPresent(notice -> text.append('\n').append(notice));
        return text.toString();
    }

    /// {@return where browsers find the canister, if it has anything for them}
    private Optional<URI> pages() {
        if (!module.servesPages()) {
            return Optional.empty();
        }
        return Optional.of(
                NodeClient.isLoopback(node) && node.getScheme().equals("http")
                        ? URI.create(
                                "http://" + canister + ".localhost:" + (node.getPort() < 0 ? 80 : node.getPort()) + "/")
                        : node.resolve("/?canisterId=" + canister));
    }

    /// {@return the hash of what was installed: of a graft it is not the module that was sent}
    private Hash installedHash(Attempt attempt) {
        return attempt.report()
                .filter(InstallReport::installed)
                .flatMap(report -> report.after().module())
                .orElseGet(module::hash);
    }

    Json json(Attempt attempt) {
        return Json.fields()
                .with("name", Json.text(label))
                .with("canister_id", Json.text(canister.toString()))
                .with("mode", Json.text(mode.toString()))
                .with("created", Json.bool(status.isEmpty()))
                .with(
                        "status",
                        Json.text(status.map(before -> before.field("status").tag())
                                .orElse("running")))
                .with("module_hash", Json.text(installedHash(attempt).hex()))
                .with(
                        "url",
                        pages().<Json>map(address -> Json.text(address.toString()))
                                .orElse(Json.Null.NULL))
                .with(
                        "report",
                        attempt.report()
                                .map(report -> CandidJson.of(report.candid()))
                                .orElse(Json.Null.NULL));
    }
}

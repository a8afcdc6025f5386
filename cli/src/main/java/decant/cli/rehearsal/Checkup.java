package decant.cli.rehearsal;

import decant.base.Principal;
import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.cli.node.InstallReport;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.Columns;
import decant.cli.terminal.Paint;
import decant.cli.terminal.Paint.Colour;
import decant.cli.terminal.ShortForm;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What a node found by itself when it last looked whether a canister could be upgraded.
///
/// @param checkups what `decant_checkups` replies
record Checkup(String label, Principal id, Value checkups) {
    /// {@return what a look found of a resource}
    static Optional<Value> line(Value newest, String resource) {
        return newest.field("budget").items().stream()
                .filter(line -> line.field("resource").toText().equals(resource))
                .findFirst();
    }

    private Optional<Value> newest() {
        return checkups.optionalField("newest");
    }

    private Optional<String> state() {
        return newest().map(newest -> newest.field("state").tag());
    }

    boolean isStuck() {
        return state().equals(Optional.of("stuck"));
    }

    static String table(List<Checkup> checkups, Paint paint) {
        if (checkups.isEmpty()) {
            return "There is no canister with code that is yours.";
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("CANISTER", "LEAST LEFT", "GROWS EACH DAY BY", "FOR", "SEEN", "THEN"));
        checkups.forEach(checkup -> rows.add(checkup.row(paint)));
        return Columns.aligned(rows);
    }

    private List<String> row(Paint paint) {
        if (newest().isEmpty()) {
            return List.of(label, "-", "-", "-", "-", "not looked at yet");
        }
        var newest = newest().get();
        var least = newest.field("budget").items().stream()
                .filter(_ -> !isStuck())
                .min(Comparator.comparingLong(
                        line -> line.field("head_room_percent").toLong()));
        long nanos = newest.field("timestamp_nanos").toLong();
        return List.of(
                label,
                least.map(line -> line.field("head_room_percent").toLong() + " % of "
                                + line.field("resource").toText().replace('_', ' '))
                        .orElse("-"),
                least.flatMap(Checkup::growth).orElse("not known"),
                least.flatMap(line -> line.optionalField("nanos_left"))
                        .map(left -> RehearsalTables.duration(left.toLong()))
                        .orElse("not known"),
                ShortForm.time(Instant.ofEpochSecond(0, nanos)),
                verdict(newest, paint));
    }

    private static Optional<String> growth(Value line) {
        boolean isCount = line.field("resource").toText().equals("instructions");
        return line.optionalField("per_day").map(perDay -> {
            long amount = perDay.toLong();
            var shown = isCount ? ShortForm.count(Math.abs(amount)) : Bytes.shown(Math.abs(amount));
            return amount < 0 ? "-" + shown : shown;
        });
    }

    private static String verdict(Value newest, Paint paint) {
        var state = newest.field("state");
        if (state.is("upgradable")) {
            return paint.in(Colour.GOOD, "could be upgraded");
        }
        return state.is("stuck")
                ? paint.in(
                        Colour.BAD,
                        "failed at " + InstallReport.of(newest.field("report")).stage())
                : "not known: took more than a look may";
    }

    Json json() {
        return Json.fields()
                .with("name", Json.text(label))
                .with("canister_id", Json.text(id.toString()))
                .with("checkups", CandidJson.of(checkups));
    }
}

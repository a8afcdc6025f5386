package decant.cli.rehearsal;

import decant.candid.Value;
import decant.cli.node.InstallReport;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.ShortForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The tables of a rehearsal's report, the same in text and on a page: what came of each step, what the upgrade after
/// this one takes, and what has changed.
final class RehearsalTables {
    private static final String NOT_TRIED = "not tried";
    private static final long NANOS_PER_DAY = 86_400_000_000_000L;

    private final RehearsalResult result;
    private final Value candid;

    private RehearsalTables(RehearsalResult result) {
        this.result = result;
        this.candid = result.candid();
    }

    /// Rows under a head, each with a cell for each column.
    record Table(List<String> head, List<List<String>> rows) {}

    /// {@return the tables that have rows, what matters most first}
    static List<Table> of(RehearsalResult result) {
        var tables = new RehearsalTables(result);
        return List.of(
                        tables.steps(),
                        tables.budget(),
                        tables.memories(),
                        tables.regions(),
                        tables.variables(),
                        tables.answers("PROBE", "probes"),
                        tables.answers("RECORDED CALL", "replay"))
                .stream()
                .filter(table -> !table.rows().isEmpty())
                .toList();
    }

    private Table steps() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of(result.installation().mode().replace('_', ' '), outcome(result.installation())));
        rows.add(List.of("the upgrade after it", report("next")));
        rows.add(List.of("probes", compared("probes")));
        if (!candid.field("replay").items().isEmpty()) {
            rows.add(List.of("recorded calls", compared("replay")));
        }
        rows.add(List.of("living on", forward()));
        rows.add(List.of("the way back", report("downgrade")));
        return new Table(List.of("STEP", "RESULT"), rows);
    }

    private String report(String part) {
        return result.report(part).map(RehearsalTables::outcome).orElse(NOT_TRIED);
    }

    private static String outcome(InstallReport report) {
        return report.installed() ? "succeeds" : "fails at " + report.stage();
    }

    private String compared(String part) {
        var probes = candid.field(part).items();
        if (probes.isEmpty()) {
            return "none";
        }
        long same = probes.stream().filter(RehearsalTables::isSame).count();
        return same + " of " + probes.size() + " answered alike";
    }

    private static boolean isSame(Value probe) {
        return probe.field("outcome").toText().equals("same");
    }

    private String forward() {
        return candid.optionalField("forward")
                .map(forward -> {
                    var span = duration(forward.field("nanos").toLong());
                    long tasks = forward.field("tasks").toLong();
                    var traps = forward.field("traps").items();
                    return span + ", "
                            + (tasks == 0
                                    ? "no timers or heartbeats"
                                    : ShortForm.count(tasks) + " timers and heartbeats")
                            + (traps.isEmpty() ? "" : ", of which some trap");
                })
                .orElse(NOT_TRIED);
    }

    /// What an upgrade that fails would have taken is not known.
    private Table budget() {
        boolean isKnown = result.report("next").filter(InstallReport::installed).isPresent();
        var rows = candid.field("budget").items().stream()
                .filter(line -> isKnown && line.field("upgrade").toText().equals("next"))
                .map(RehearsalTables::line)
                .toList();
        return new Table(List.of("THE UPGRADE AFTER IT", "TAKES", "OF", "LEFT", "UNTIL IT FAILS"), rows);
    }

    private static List<String> line(Value line) {
        var resource = line.field("resource").toText();
        boolean isCount = resource.equals("instructions");
        long used = line.field("used").toLong();
        long limit = line.field("limit").toLong();
        return List.of(
                resource.replace('_', ' '),
                isCount ? ShortForm.count(used) : Bytes.shown(used),
                isCount ? ShortForm.count(limit) : Bytes.shown(limit),
                line.field("head_room_percent").toLong() + " %",
                line.optionalField("nanos_left")
                        .map(nanos -> "about " + duration(nanos.toLong()))
                        .orElse("not known"));
    }

    private Table memories() {
        var diff = candid.field("diff");
        return new Table(
                List.of("MEMORY", "BEFORE", "AFTER", "PAGES OF 4 KiB CHANGED"),
                result.installation().installed()
                        ? List.of(memory("heap", diff.field("heap")), memory("stable memory", diff.field("stable")))
                        : List.of());
    }

    private static List<String> memory(String name, Value memory) {
        return List.of(
                name,
                Bytes.shown(memory.field("bytes_before").toLong()),
                Bytes.shown(memory.field("bytes_after").toLong()),
                ShortForm.count(memory.field("pages_changed").toLong()));
    }

    private Table regions() {
        var rows = candid.field("diff").field("regions").items().stream()
                .map(region -> List.of(
                        "memory " + region.field("memory").toLong(),
                        ShortForm.count(region.field("wasm_pages_before").toLong()),
                        ShortForm.count(region.field("wasm_pages_after").toLong()),
                        ShortForm.count(region.field("pages_changed").toLong())))
                .toList();
        return new Table(
                List.of("IN STABLE MEMORY", "PAGES OF 64 KiB BEFORE", "AFTER", "PAGES OF 4 KiB CHANGED"), rows);
    }

    private Table variables() {
        var rows = new ArrayList<List<String>>();
        for (var variable : candid.field("diff").field("variables").items()) {
            var before = variable.optionalField("before").map(Value::toText);
            var after = variable.optionalField("after").map(Value::toText);
            if (!before.equals(after)) {
                rows.add(List.of(variable.field("name").toText(), shown(before), shown(after)));
            }
            var valueBefore = variable.optionalField("value_before").map(Value::toText);
            var valueAfter = variable.optionalField("value_after").map(Value::toText);
            if (valueBefore.isPresent() && valueAfter.isPresent() && !valueBefore.equals(valueAfter)) {
                rows.add(List.of(variable.field("name").toText(), "= " + shown(valueBefore), "= " + shown(valueAfter)));
            }
        }
        return new Table(List.of("STABLE VARIABLE", "BEFORE", "AFTER"), rows);
    }

    private static String shown(Optional<String> declaration) {
        return declaration.orElse("-");
    }

    /// {@return the calls that were not answered alike}
    private Table answers(String title, String part) {
        var rows = candid.field(part).items().stream()
                .filter(probe -> !isSame(probe))
                .map(probe -> List.of(
                        probe.field("probe").toText(),
                        probe.field("outcome").toText().replace('_', ' '),
                        probe.field("before").toText(),
                        probe.field("after").toText()))
                .toList();
        return new Table(List.of(title, "OUTCOME", "BEFORE", "AFTER"), rows);
    }

    static String duration(long nanos) {
        return nanos >= 2 * NANOS_PER_DAY ? nanos / NANOS_PER_DAY + " days" : nanos / 1_000_000_000L + " s";
    }
}

package decant.cli.upgrade;

import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.cli.node.CanisterInterface;
import decant.cli.terminal.Columns;
import decant.cli.terminal.ShortForm;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What became of the calls since a restore point when they were made again, for people.
///
/// @param replay the record `replay` of the management canister's interface
/// @param known the canister's interface, by which arguments and replies are read
record ReplayedCalls(Value replay, CanisterInterface known) {
    private static final int ROWS_MAX = 20;
    private static final int WIDTH_MAX = 60;

    long made() {
        return replay.field("calls_made").toLong();
    }

    long lost() {
        return replay.field("calls_lost").toLong();
    }

    private long changed() {
        return replay.field("calls_changed").toLong();
    }

    /// {@return all in a sentence}
    String summary(String verb) {
        return ShortForm.count(made()) + (made() == 1 ? " call " : " calls ") + verb + " again"
                + (changed() > 0 ? ", " + ShortForm.count(changed()) + " of them answered otherwise" : "")
                + (lost() > 0 ? "; " + ShortForm.count(lost()) + " cannot be, and what they wrote is lost" : "") + ".";
    }

    /// {@return a table of those that are not as they were, or of all where all are; those that are lost first}
    String table() {
        var calls = replay.field("calls").items();
        if (calls.isEmpty()) {
            return "No call was made since.";
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("TIME", "CALL", "WHAT BECAME OF IT", "ANSWER NOW"));
        var order = new ArrayList<Value>();
        for (var fates : List.of(List.of("refused", "calls_out"), List.of("changed"), List.of("refused_then"))) {
            calls.stream()
                    .filter(call -> fates.contains(call.field("fate").tag()))
                    .forEach(order::add);
        }
        calls.stream().filter(call -> !order.contains(call)).forEach(order::add);
        order.stream().limit(ROWS_MAX).map(this::row).forEach(rows::add);
        return Columns.aligned(rows)
                + (order.size() > ROWS_MAX
                        ? "\nand " + ShortForm.count(order.size() - ROWS_MAX) + " more; --json tells of all"
                        : "");
    }

    private List<String> row(Value call) {
        var method = call.field("method").toText();
        var type = known.did().flatMap(did -> did.method(method));
        long nanos = call.field("timestamp_nanos").toLong();
        return List.of(
                ShortForm.time(Instant.ofEpochSecond(0, nanos)),
                shortened(method + text(call.optionalField("arg"), type.map(Type.Func::argumentTypes))),
                fate(call.field("fate").tag()),
                shortened(call.optionalField("reject")
                        .map(Value::toText)
                        .orElseGet(() -> text(call.optionalField("reply"), type.map(Type.Func::resultTypes)))));
    }

    private static String fate(String tag) {
        return switch (tag) {
            case "same" -> "answered as then";
            case "changed" -> "answered otherwise";
            case "answered" -> "answered; then is not known";
            case "refused" -> "LOST: refused now";
            case "calls_out" -> "LOST: calls other canisters";
            case "refused_then" -> "refused then, not made again";
            default -> tag;
        };
    }

    private static String text(Optional<Value> message, Optional<List<Type>> types) {
        if (message.isEmpty()) {
            return "";
        }
        byte[] bytes = message.get().toBytes();
        try {
            return Candid.print(
                    types.isPresent()
                            ? Candid.decode(bytes, types.get(), Quota.DEFAULT)
                            : Candid.decode(bytes, Quota.DEFAULT));
        } catch (CandidException _) {
            return "(" + bytes.length + " bytes)";
        }
    }

    private static String shortened(String text) {
        var line = text.replace('\n', ' ');
        return line.length() <= WIDTH_MAX ? line : line.substring(0, WIDTH_MAX - 3) + "...";
    }
}

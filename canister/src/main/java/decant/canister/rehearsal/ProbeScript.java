package decant.canister.rehearsal;

import decant.base.Principal;
import decant.canister.rehearsal.Rule.Allowance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a probe file says: which calls to compare beside the usual ones, and which differences are intended.
///
/// ```text
/// # a comment
/// query balance_of (principal "aaaaa-aa")     compare the answers of this query
/// update deposit (10)                         call this; what follows sees what it did
/// as 2vxsx-fae query whoami                   call as somebody else than whoever asks for the rehearsal
/// ignore statistics.upgrades                  this may differ in any way
/// grows log                                   this may become more, not less
/// expect version ("2.0")                      the new version answers this
/// only                                        make no calls but those named here
/// ```
///
/// A line that begins with white space goes on with the line before.
///
/// @param calls in the order in which they are made
/// @param usual whether the usual calls are made, too
public record ProbeScript(List<Call> calls, List<Rule> rules, boolean usual) {
    public static final ProbeScript EMPTY = new ProbeScript(List.of(), List.of(), true);

    private static final int CALLS_MAX = 1_000;

    public ProbeScript {
        calls = List.copyOf(calls);
        rules = List.copyOf(rules);
    }

    /// A call: its argument as text in Candid, `()` if none is given.
    public record Call(boolean isUpdate, Optional<Principal> sender, String method, String argument) {}

    /// Reads a probe file.
    ///
    /// @throws ProbeScriptException with the number of the line that cannot be understood
    public static ProbeScript parse(String text) {
        var calls = new ArrayList<Call>();
        var rules = new ArrayList<Rule>();
        boolean usual = true;
        for (var line : Line.of(text)) {
            var words = line.words(2);
            switch (words.getFirst()) {
                case "query", "update" -> calls.add(call(line, line.content(), Optional.empty()));
                case "as" -> {
                    var parts = line.words(3);
                    if (parts.size() < 3) {
                        throw line.wrong("expected `as PRINCIPAL query METHOD` or `as PRINCIPAL update METHOD`");
                    }
                    calls.add(call(line, parts.get(2), Optional.of(principal(line, parts.get(1)))));
                }
                case "ignore" -> rules.add(new Rule(place(line, words), Allowance.ANYTHING, ""));
                case "grows" -> rules.add(new Rule(place(line, words), Allowance.GROWTH, ""));
                case "expect" -> {
                    var parts = line.words(3);
                    if (parts.size() < 3) {
                        throw line.wrong("expected `expect METHOD (ANSWER)`");
                    }
                    rules.add(new Rule(parts.get(1), Allowance.EXACTLY, parts.get(2)));
                }
                case "only" -> usual = false;
                default ->
                    throw line.wrong(
                            "expected query, update, as, ignore, grows, expect or only, found " + words.getFirst());
            }
        }
        if (calls.size() > CALLS_MAX) {
            throw new ProbeScriptException(
                    1, "there are " + calls.size() + " calls, and a rehearsal makes at most " + CALLS_MAX);
        }
        return new ProbeScript(calls, rules, usual);
    }

    private static Call call(Line line, String content, Optional<Principal> sender) {
        var words = content.split("\\s+", 2);
        boolean isUpdate = words[0].equals("update");
        if (words.length < 2 || !(isUpdate || words[0].equals("query"))) {
            throw line.wrong("expected `query METHOD (ARGUMENTS)` or `update METHOD (ARGUMENTS)`, found " + content);
        }
        int parenthesis = words[1].indexOf('(');
        var method = (parenthesis < 0 ? words[1] : words[1].substring(0, parenthesis)).strip();
        if (method.isEmpty() || method.contains(" ")) {
            throw line.wrong("expected the name of a method and then its arguments in parentheses, found " + words[1]);
        }
        return new Call(isUpdate, sender, method, parenthesis < 0 ? "()" : words[1].substring(parenthesis));
    }

    private static Principal principal(Line line, String text) {
        try {
            return Principal.parse(text);
        } catch (IllegalArgumentException e) {
            throw line.wrong(text + " is no principal: " + e.getMessage());
        }
    }

    private static String place(Line line, List<String> words) {
        if (words.size() != 2 || words.get(1).isBlank()) {
            throw line.wrong("expected the name of a method, with or without the way into its answer, as"
                    + " `statistics.upgrades`");
        }
        return words.get(1).strip();
    }

    /// {@return whether a rule allows the difference in the answer of the method}
    boolean allows(String method, Difference difference) {
        return rules.stream().anyMatch(rule -> rule.allows(method, difference));
    }

    /// {@return what the new version is to answer, if it is said}
    Optional<String> expectedAnswer(String method) {
        return rules.stream()
                .filter(rule ->
                        rule.allowance() == Allowance.EXACTLY && rule.place().equals(method))
                .map(Rule::answer)
                .findFirst();
    }

    /// What is on a line, and the lines that go on with it.
    private record Line(int number, String content) {
        static List<Line> of(String text) {
            var lines = new ArrayList<Line>();
            var raw = text.lines().toList();
            for (int i = 0; i < raw.size(); i++) {
                var content = raw.get(i);
                if (content.isBlank() || content.strip().startsWith("#")) {
                    continue;
                }
                if (Character.isWhitespace(content.charAt(0)) && !lines.isEmpty()) {
                    var begun = lines.removeLast();
                    lines.add(new Line(begun.number, begun.content + " " + content.strip()));
                } else {
                    lines.add(new Line(i + 1, content.strip()));
                }
            }
            return lines;
        }

        List<String> words(int count) {
            return List.of(content.split("\\s+", count));
        }

        ProbeScriptException wrong(String what) {
            return new ProbeScriptException(number, what);
        }
    }
}

package decant.cli.rehearsal;

import decant.cli.node.InstallReport.Finding;
import java.util.List;
import java.util.Locale;

/// A rehearsal as a page for browsers, which needs nothing but itself: to be kept with the results of a build.
final class RehearsalPage {
    private static final String STYLE = """
            :root { color-scheme: light dark }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
            h1 { padding: .4rem .8rem; color: #fff; font-size: 1.3rem }
            h1.safe { background: #1a7f37 } h1.unsafe { background: #b3261e } h1.unknown { background: #9a6700 }
            section { border-left: .3rem solid #999; margin: 1rem 0; padding: .1rem 1rem }
            section.unsafe { border-color: #b3261e } section.unknown { border-color: #9a6700 }
            dt { font-weight: 600 } dd { margin: 0 0 .4rem 1rem; white-space: pre-wrap }
            table { border-collapse: collapse; margin: 1.5rem 0 } th, td { text-align: left; padding: .2rem 1.2rem .2rem 0; vertical-align: top }
            th { font-size: .8rem; color: #666; border-bottom: 1px solid #ccc } td { overflow-wrap: anywhere }
            .lines { white-space: pre-line } h2 { font-size: 1.05rem } .faint { color: #666 }
            """;

    private final RehearsalResult result;

    RehearsalPage(RehearsalResult result) {
        this.result = result;
    }

    String html() {
        var verdict = result.verdict().name().toLowerCase(Locale.ROOT);
        var page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>");
        page.append(escaped("Rehearsal of " + result.canister() + ": " + verdict))
                .append("</title>\n<style>\n")
                .append(STYLE)
                .append("</style></head><body>\n<h1 class=\"")
                .append(verdict)
                .append("\">")
                .append(escaped(verdict + ": " + result.verdict().text()))
                .append("</h1>\n");
        page.append("<p class=\"lines\">").append(escaped(result.subject())).append("</p>\n");
        for (var effect : List.of("unsafe", "unknown")) {
            result.reasons(effect).forEach(finding -> addFinding(page, effect, finding));
        }
        RehearsalSheet.warnings(result)
                .forEach(line -> page.append("<p>").append(escaped(line)).append("</p>\n"));
        RehearsalTables.of(result).forEach(table -> addTable(page, table));
        RehearsalSheet.notes(result)
                .forEach(note ->
                        page.append("<p class=\"faint\">").append(escaped(note)).append("</p>\n"));
        return page.append("<p>Nothing was changed.</p>\n</body></html>\n").toString();
    }

    private static void addTable(StringBuilder page, RehearsalTables.Table table) {
        page.append("<table>\n");
        addRow(page, "th", table.head());
        table.rows().forEach(row -> addRow(page, "td", row));
        page.append("</table>\n");
    }

    private static void addRow(StringBuilder page, String cell, List<String> texts) {
        page.append("<tr>");
        for (var text : texts) {
            page.append('<')
                    .append(cell)
                    .append('>')
                    .append(escaped(text))
                    .append("</")
                    .append(cell)
                    .append('>');
        }
        page.append("</tr>\n");
    }

    private static void addFinding(StringBuilder page, String effect, Finding finding) {
        page.append("<section class=\"")
                .append(effect)
                .append("\"><h2>")
                .append(escaped(RehearsalSheet.place(finding)))
                .append("</h2><p>")
                .append(escaped(finding.consequence()))
                .append("</p><dl>");
        addPair(page, "found", finding.found());
        addPair(page, "expected", finding.expected());
        addPair(page, "remedy", finding.remedy());
        page.append("</dl></section>\n");
    }

    private static void addPair(StringBuilder page, String name, String text) {
        page.append("<dt>")
                .append(name)
                .append("</dt><dd>")
                .append(escaped(text))
                .append("</dd>");
    }

    /// What is shown may come from canisters, which may say anything.
    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}

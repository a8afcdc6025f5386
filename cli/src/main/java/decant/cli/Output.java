package decant.cli;

import picocli.CommandLine.Option;

/// How a command says what it has found: for a person, or as one line of JSON for a program.
final class Output {
    @Option(names = "--json", description = "Print one line of JSON, also for an error.")
    private boolean json;

    boolean isJson() {
        return json;
    }

    void print(Surroundings surroundings, String text, Json asJson) {
        surroundings.out().println(json ? asJson.print() : text);
    }
}

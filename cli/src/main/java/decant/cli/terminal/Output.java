package decant.cli.terminal;

import decant.cli.json.Json;
import picocli.CommandLine.Option;

/// How a command says what it has found: for a person, or as one line of JSON for a program.
public final class Output {
    @Option(names = "--json", description = "Print one line of JSON, also for an error.")
    private boolean json;

    public boolean isJson() {
        return json;
    }

    public void print(Surroundings surroundings, String text, Json asJson) {
        surroundings.out().println(json ? asJson.print() : text);
    }
}

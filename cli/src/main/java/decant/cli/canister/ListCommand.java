package decant.cli.canister;

import decant.base.Hash;
import decant.cli.json.Json;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.Columns;
import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Lists the canisters of a node.
@Command(name = "list", description = "List the canisters of the node.")
public final class ListCommand implements Callable<Integer> {
    private static final int HASH_DIGITS_SHOWN = 12;

    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    public ListCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var node = nodeOptions.connect(surroundings)) {
            var listed = new ManagementCanister(node)
                    .list().stream()
                            .sorted(Comparator.comparing(ManagementCanister.Listed::canister))
                            .toList();
            output.print(
                    surroundings,
                    listed.isEmpty() ? "There is no canister on this node." : table(listed),
                    Json.array(listed.stream().map(ListCommand::json).toList()));
        }
        return 0;
    }

    private static String table(List<ManagementCanister.Listed> listed) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("NAME", "CANISTER", "STATUS", "MODULE"));
        for (var canister : listed) {
            rows.add(List.of(
                    canister.name().orElse("-"),
                    canister.canister().toString(),
                    canister.status(),
                    canister.moduleHash()
                            .map(hash -> Hash.of(hash).hex().substring(0, HASH_DIGITS_SHOWN))
                            .orElse("-")));
        }
        return Columns.aligned(rows);
    }

    private static Json json(ManagementCanister.Listed canister) {
        return Json.fields()
                .with("canister_id", Json.text(canister.canister().toString()))
                .with("name", Json.text(canister.name()))
                .with("status", Json.text(canister.status()))
                .with(
                        "module_hash",
                        Json.text(
                                canister.moduleHash().map(hash -> Hash.of(hash).hex())));
    }
}

package decant.cli;

import picocli.CommandLine.Command;

/// The commands about canisters as such.
@Command(
        name = "canister",
        description = "List canisters, look at one, start, stop or delete it.",
        subcommands = {})
final class CanisterCommand {}

package decant.cli.upgrade;

import decant.base.Principal;
import decant.cli.json.Json;
import decant.cli.json.JsonText;
import decant.cli.node.Standing;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The verdict of a rehearsal that was kept in a file, with what it is bound to: the canister and its version, the
/// module that it had, and the module, the argument and the options that were tried.
record KeptVerdict(Path file, Map<String, Json> fields) {
    /// What somebody is about to install, and where.
    record Installing(
            String label, Principal canister, Standing standing, String module, String argument, Json options) {}

    /// Reads what `decant rehearse --json` printed.
    static KeptVerdict read(Surroundings surroundings, Path file) {
        try {
            var json = JsonText.parse(Files.readString(surroundings.folder().resolve(file)));
            if (json instanceof Json.Fields(var fields) && fields.get("verdict") instanceof Json.Text) {
                return new KeptVerdict(file, fields);
            }
            throw noVerdict(file, "it has no field \"verdict\"");
        } catch (IOException e) {
            throw new CommandFailure(file + " cannot be read: " + CommandFailure.reason(e) + ".", e);
        } catch (JsonText.Malformed e) {
            throw noVerdict(file, String.valueOf(e.getMessage()));
        }
    }

    private static CommandFailure noVerdict(Path file, String reason) {
        return new CommandFailure(file + " is no verdict of a rehearsal: " + reason
                + ". Write one with `decant rehearse CANISTER FILE --json > " + file + "`.");
    }

    long version() {
        if (fields.get("version") instanceof Json.NumberLiteral(var digits) && digits.matches("[0-9]{1,18}")) {
            return Long.parseLong(digits);
        }
        throw noVerdict(file, "it has no field \"version\" that is a number");
    }

    /// @throws CommandFailure if the verdict is not `safe`, or is about anything else than this
    void require(Installing wanted) {
        var verdict = text("verdict");
        if (!verdict.equals("safe")) {
            throw refusal(wanted, "the verdict is " + verdict);
        }
        require(
                wanted,
                "another canister",
                text("canister_id"),
                wanted.canister().toString());
        require(
                wanted,
                "another installed module",
                text("module_hash_before"),
                wanted.standing().module().map(hash -> hash.hex()).orElse("none"));
        require(
                wanted,
                "another version of the canister",
                Long.toString(version()),
                Long.toString(wanted.standing().version()));
        require(wanted, "another new module", text("module_hash_after"), wanted.module());
        require(wanted, "another argument", text("arg_hash"), wanted.argument());
        var options = Optional.ofNullable(fields.get("options")).orElse(Json.Null.NULL);
        require(wanted, "other options", options.print(), wanted.options().print());
    }

    private void require(Installing wanted, String what, String rehearsed, String found) {
        if (!rehearsed.equals(found)) {
            throw refusal(
                    wanted, "it is about " + what + ": " + rehearsed + " was rehearsed, and it is " + found + " now");
        }
    }

    private CommandFailure refusal(Installing wanted, String reason) {
        return new CommandFailure("Nothing was done: " + file + " does not say that this is safe; " + reason
                + ". Rehearse it as it is now: decant rehearse " + wanted.label() + " ... --json > " + file);
    }

    private String text(String name) {
        return switch (Optional.ofNullable(fields.get(name)).orElse(Json.Null.NULL)) {
            case Json.Text(var text) -> text;
            case Json.Null _ -> "none";
            case Json other -> other.print();
        };
    }
}

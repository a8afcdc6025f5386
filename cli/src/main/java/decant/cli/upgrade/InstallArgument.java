package decant.cli.upgrade;

import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Type;
import decant.cli.modules.ModuleFile;
import decant.cli.node.CanisterInterface;
import decant.cli.terminal.CommandFailure;
import java.util.List;
import java.util.Optional;

/// What is passed to the code that begins, as Candid text; nothing if it was left out.
public record InstallArgument(Optional<String> text) {
    private static final byte[] NO_ARGUMENTS = Candid.encode(List.of(), List.of());

    /// {@return the arguments as a message, typed by what the module says it takes}
    ///
    /// @throws CommandFailure if they do not fit
    public byte[] encode(ModuleFile module, InstallMode mode) {
        var types = types(module);
        if (text.isPresent()) {
            return CanisterInterface.encodeArguments("The installation", types, text.get());
        }
        if (isRead(module, mode) && types.isPresent() && !types.get().stream().allMatch(Type::isNullable)) {
            throw new CommandFailure("The module takes arguments when it is installed: give them with --arg '(..)'. "
                    + "Their types are " + CanisterInterface.shown(types.get()) + ".");
        }
        return NO_ARGUMENTS;
    }

    /// Motoko modules read their arguments again at each upgrade; others do so only if they were written that way, so
    /// there an upgrade without arguments passes none. A lifecycle upgrade runs nothing that could read them.
    private static boolean isRead(ModuleFile module, InstallMode mode) {
        return switch (mode) {
            case INSTALL, REINSTALL -> true;
            case UPGRADE -> module.text("motoko:compiler").isPresent();
            case LIFECYCLE_UPGRADE -> false;
        };
    }

    private static Optional<List<Type>> types(ModuleFile module) {
        try {
            return module.text("candid:args")
                    .map(Did::parseTypes)
                    .or(() -> module.text("candid:service")
                            .map(service -> Did.parse(service).initTypes()));
        } catch (CandidException _) {
            return Optional.empty();
        }
    }
}

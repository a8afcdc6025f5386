package decant.cli.snapshot;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.state.SnapshotId;
import decant.cli.terminal.CommandFailure;
import java.util.HexFormat;
import java.util.Optional;

/// How a person names a snapshot: by its id in hex, or, where the canister is said beside it, by its number.
record SnapshotName(SnapshotId id) {
    private static final int NUMBER_DIGITS_MAX = 15;

    /// {@return the snapshot that the text is the id of, if it is one}
    static Optional<SnapshotName> ofHex(String text) {
        try {
            return SnapshotId.of(HexFormat.of().parseHex(text)).map(SnapshotName::new);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /// {@return the snapshot that the text means beside the name of its canister}
    static SnapshotName of(Principal canister, String text) {
        if (text.length() <= NUMBER_DIGITS_MAX && text.matches("[0-9]+")) {
            return new SnapshotName(new SnapshotId(canister, Long.parseLong(text)));
        }
        return ofHex(text)
                .orElseThrow(() -> new CommandFailure("\"" + text + "\" names no snapshot. `decant snapshot list` shows"
                        + " their numbers and ids; either will do."));
    }

    /// {@return the snapshot that a node knows by these bytes}
    static SnapshotName of(byte[] id) {
        return SnapshotId.of(id)
                .map(SnapshotName::new)
                .orElseThrow(() -> new CommandFailure("The node has a snapshot with the id "
                        + HexFormat.of().formatHex(id) + ", which is not of the form that Decant knows."));
    }

    Value toValue() {
        return Value.blob(id.bytes());
    }

    long number() {
        return id.number();
    }

    Principal canister() {
        return id.canister();
    }

    String hex() {
        return id.toString();
    }
}

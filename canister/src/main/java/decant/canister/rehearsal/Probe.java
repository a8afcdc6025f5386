package decant.canister.rehearsal;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.Message;

/// A call that is made on both sides of an upgrade, to compare the answers.
///
/// @param isUpdate whether it is called as an update, which may change the fork for the probes that follow
/// @param isEvidence whether an equal answer says that something was kept: an answer to an argument that was made up
///   mostly says nothing
record Probe(
        boolean isUpdate, boolean isEvidence, Principal sender, String method, byte[] argument, String argumentText) {
    static final String NO_ARGUMENTS = "()";

    /// {@return a recorded call, to be made again}
    static Probe of(Message.Ingress message) {
        var argument = "(" + message.argument().length + " bytes, "
                + Hash.sha256(message.argument()).hex().substring(0, 8) + ")";
        return new Probe(true, false, message.sender(), message.method(), message.argument(), argument);
    }

    /// {@return how reports call it, as `total` or `balanceOf("alice")`}
    String label() {
        return argumentText.equals(NO_ARGUMENTS) ? method : method + argumentText;
    }
}

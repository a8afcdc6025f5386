package decant.replica;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// All that can happen to a canister's code, one call after the other: it is put in, replaced, fails, is repaired, is
/// wiped by mistake and brought back, to the canister deleted and brought back.
final class UpgradeStory {
    /// One call, by the canister's controller.
    ///
    /// @param fails whether it is to be rejected
    record Call(Principal receiver, String method, byte[] argument, boolean fails) {}

    /// The members that the register must have in the end.
    static final long MEMBERS = 701;

    private static final Value UPGRADE = Value.variant("upgrade", Value.none());

    private final Principal canister;

    private UpgradeStory(Principal canister) {
        this.canister = canister;
    }

    /// {@return the calls of a canister that was just created}
    static List<Call> of(Principal canister) {
        return new UpgradeStory(canister).calls();
    }

    private List<Call> calls() {
        return List.of(
                install(Value.variant("install"), "sound"),
                join(700),
                install(UPGRADE, "sound"),
                rejected(install(UPGRADE, "grows")),
                install(UPGRADE, "asserts"),
                rejected(install(UPGRADE, "sound")),
                install(Value.variant("lifecycle_upgrade", Value.none()), "sound"),
                install(UPGRADE, "sound"),
                join(1),
                install(Value.variant("reinstall"), "sound"),
                join(2),
                manage("decant_undo"),
                manage("uninstall_code"),
                manage("decant_undo"),
                manage("stop_canister"),
                manage("delete_canister"),
                manage("decant_undo"),
                manage("start_canister"),
                install(UPGRADE, "sound"));
    }

    /// {@return the call that creates a canister}
    static Call creation() {
        return new Call(
                Principal.MANAGEMENT_CANISTER,
                "provisional_create_canister_with_cycles",
                Candid.encode(List.of(Value.record())),
                false);
    }

    private Call join(long members) {
        return new Call(canister, "join", Candid.encode(List.of(Value.nat64(members))), false);
    }

    private Call manage(String method) {
        return manage(method, about());
    }

    private Call install(Value mode, String variant) {
        return manage(
                "install_code",
                about().with("mode", mode)
                        .with("wasm_module", Value.blob(module(variant)))
                        .with("arg", Value.blob(Candid.encode(List.of()))));
    }

    private static Call manage(String method, Value argument) {
        return new Call(Principal.MANAGEMENT_CANISTER, method, Candid.encode(List.of(argument)), false);
    }

    private static Call rejected(Call call) {
        return new Call(call.receiver(), call.method(), call.argument(), true);
    }

    private Value.Record about() {
        return Value.record().with("canister_id", Value.principal(canister));
    }

    private static byte[] module(String variant) {
        try {
            return Files.readAllBytes(
                    Path.of(System.getProperty("decant.root"), "examples", "register", variant + ".wasm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

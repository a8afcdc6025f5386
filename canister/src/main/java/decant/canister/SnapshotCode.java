package decant.canister;

import decant.base.Principal;
import decant.canister.state.CanisterState;
import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.GlobalValue;
import decant.canister.state.Payload;
import decant.canister.state.Snapshot;
import decant.canister.state.Snapshot.Taken;
import decant.canister.state.Snapshot.Uploaded;
import decant.wasm.InstantiationFailure;
import java.util.List;

/// Turns the content of snapshots into code that can run, and tells which globals code has for a snapshot.
///
/// Of the globals a snapshot has those that last from message to message, in the order that the Internet Computer
/// keeps them in: see `GlobalSlots`.
public final class SnapshotCode {
    private final ModuleCache modules;

    public SnapshotCode(ModuleCache modules) {
        this.modules = modules;
    }

    /// Whether a snapshot can be loaded.
    public sealed interface Reading {
        record Fits(Code code) implements Reading {}

        record Refused(Payload.Reject reject) implements Reading {}
    }

    /// {@return the types of the lasting globals of a module, as it would be uploaded}
    ///
    /// @throws IllegalArgumentException where it is no module of a canister
    public static List<GlobalValue.Type> lastingGlobals(byte[] uploaded) {
        try {
            return new GlobalSlots(CanisterModule.parse(uploaded).module()).types();
        } catch (InvalidCanisterModule e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /// {@return the values of the code's lasting globals}
    public List<GlobalValue> globals(Code code) {
        return new GlobalSlots(modules.installed(code.module()).module()).values(code.globals());
    }

    /// {@return the snapshot's content as code for the canister; it fits together, or `sender` is told what does not}
    ///
    /// What was taken from a canister fits, and costs nothing. What was uploaded is looked at: the module must be
    /// valid, and have just these globals and room for the heap.
    public Reading read(Snapshot snapshot, CanisterState canister, Principal sender) {
        return switch (snapshot.content()) {
            case Taken(var code) -> new Reading.Fits(code);
            case Uploaded uploaded -> {
                try {
                    yield read(uploaded, canister, sender);
                } catch (InvalidCanisterModule e) {
                    yield invalid(String.valueOf(e.getMessage()), canister, sender);
                }
            }
        };
    }

    private Reading read(Uploaded uploaded, CanisterState canister, Principal sender) {
        byte[] binary = uploaded.module(0, uploaded.moduleBytes());
        var module = modules.uploaded(binary);
        var slots = new GlobalSlots(module.module());
        if (!slots.types()
                .equals(uploaded.globals().stream().map(GlobalValue::type).toList())) {
            return new Reading.Refused(new Payload.Reject(
                    ErrorCode.INVALID_MANAGEMENT_PAYLOAD,
                    "Wasm exported globals of canister module and snapshot metadata do not match."));
        }
        var misfit = HeapPersistence.misfit(module, uploaded.heap().bytes());
        if (misfit.isPresent()) {
            return invalid(misfit.get(), canister, sender);
        }
        long[] globals;
        try (var resident = Resident.resume(module)) {
            globals = resident.globals();
        } catch (InstantiationFailure e) {
            return invalid("it cannot be instantiated: " + e.getMessage(), canister, sender);
        }
        slots.set(globals, uploaded.globals());
        return new Reading.Fits(new Code(module.binary(binary), globals, uploaded.heap(), uploaded.stable()));
    }

    private static Reading invalid(String reason, CanisterState canister, Principal sender) {
        var failure = Failure.of(ErrorCode.CANISTER_INVALID_WASM, "Canister's Wasm module is not valid: " + reason);
        return new Reading.Refused(failure.reject(canister, sender));
    }
}

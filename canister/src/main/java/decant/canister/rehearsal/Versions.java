package decant.canister.rehearsal;

import decant.candid.CandidException;
import decant.candid.Did;
import decant.candid.Type;
import decant.canister.InstallRequest.Persistence;
import decant.canister.LifecycleHooks;
import decant.canister.ModuleReading;
import decant.canister.check.CodeFacts;
import decant.canister.state.CanisterState;
import java.util.List;
import java.util.Optional;

/// What the old and the new module say of themselves, as far as they can be read.
record Versions(
        Optional<CodeFacts> factsBefore,
        Optional<CodeFacts> factsAfter,
        Optional<Did> serviceBefore,
        Optional<Did> serviceAfter) {

    static Versions of(CanisterState live, byte[] module) {
        var before = live.code().flatMap(code -> facts(code.module().bytes()));
        var after = facts(module);
        return new Versions(before, after, before.flatMap(Versions::service), after.flatMap(Versions::service));
    }

    private static Optional<CodeFacts> facts(byte[] module) {
        return switch (ModuleReading.of(module)) {
            case ModuleReading.Valid(var facts) -> Optional.of(facts);
            case ModuleReading.Invalid _ -> Optional.empty();
        };
    }

    private static Optional<Did> service(CodeFacts facts) {
        try {
            return facts.service().map(Did::parse);
        } catch (CandidException _) {
            return Optional.empty();
        }
    }

    /// {@return what an upgrade away from the new version has to say of the heap}
    Optional<Persistence> persistenceAfter() {
        return factsAfter.filter(CodeFacts::supportsEnhancedPersistence).map(_ -> Persistence.KEEP);
    }

    /// {@return whether the hooks of the new version work only as long as stable memory has at most 4 GiB}
    boolean hooksAddressBy32Bits() {
        return factsAfter
                .flatMap(CodeFacts::module)
                .filter(LifecycleHooks::addressBy32Bits)
                .isPresent();
    }

    /// {@return the types of what the new version answers}
    Optional<List<Type>> resultTypes(String method) {
        return serviceAfter.flatMap(service -> service.method(method)).map(Type.Func::resultTypes);
    }

    static boolean is64(Optional<CodeFacts> facts) {
        return facts.flatMap(CodeFacts::module)
                .filter(module -> !module.memories().isEmpty()
                        && module.memories().getFirst().is64())
                .isPresent();
    }
}

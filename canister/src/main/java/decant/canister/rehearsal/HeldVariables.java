package decant.canister.rehearsal;

import decant.canister.check.CodeFacts;
import decant.canister.state.CanisterState;
import decant.canister.state.MemoryImage;
import decant.motoko.MemoryView;
import decant.motoko.StableSignature;
import decant.motoko.StableSignatureException;
import decant.motoko.StableValues;
import decant.motoko.UnreadableValuesException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the stable variables of a Motoko actor hold, as far as that can be read.
///
/// @param values by the names of the variables
/// @param missing why there are none, where the actor has variables
record HeldVariables(SortedMap<String, String> values, Optional<String> missing) {
    static final HeldVariables NONE = new HeldVariables(new TreeMap<>(), Optional.empty());

    /// Reads them.
    ///
    /// @param saved the canister right after the hook that saves them, if that ran to its end
    static HeldVariables of(Optional<CodeFacts> facts, Optional<CanisterState> saved, int charactersMax) {
        var types = facts.flatMap(CodeFacts::stableTypes);
        if (types.isEmpty()) {
            return NONE;
        }
        if (saved.flatMap(CanisterState::code).isEmpty()) {
            return missing("the hook before an upgrade, which saves them, did not run to its end");
        }
        var code = saved.flatMap(CanisterState::code).orElseThrow();
        try {
            var signature = StableSignature.parse(types.get());
            boolean isInHeap =
                    facts.filter(CodeFacts::supportsEnhancedPersistence).isPresent();
            var values = isInHeap
                    ? StableValues.inHeap(signature, new ImageView(code.heap()), charactersMax)
                    : StableValues.inStableMemory(signature, new ImageView(code.stable()), charactersMax);
            return new HeldVariables(values, Optional.empty());
        } catch (UnreadableValuesException | StableSignatureException e) {
            return missing(String.valueOf(e.getMessage()));
        }
    }

    private static HeldVariables missing(String why) {
        return new HeldVariables(new TreeMap<>(), Optional.of(why));
    }

    private record ImageView(MemoryImage image) implements MemoryView {
        @Override
        public long bytes() {
            return image.bytes();
        }

        @Override
        public void read(long offset, byte[] target, int from, int length) {
            image.pages().read(offset, target, from, length);
        }
    }
}

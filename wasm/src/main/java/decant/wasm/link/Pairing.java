package decant.wasm.link;

import java.util.Arrays;

/// A one-to-one correspondence, as far as it is known, between the indices of two modules.
final class Pairing {
    static final int NONE = -1;

    private final int[] replacements;
    private final int[] originals;

    Pairing(int installedCount, int replacementCount) {
        replacements = filled(installedCount);
        originals = filled(replacementCount);
    }

    private static int[] filled(int count) {
        var indices = new int[count];
        Arrays.fill(indices, NONE);
        return indices;
    }

    /// {@return whether the two are counterparts already}
    boolean has(int installed, int replacement) {
        return replacements[installed] == replacement;
    }

    /// {@return whether neither of the two has a counterpart}
    boolean isFree(int installed, int replacement) {
        return replacements[installed] == NONE && originals[replacement] == NONE;
    }

    /// Makes the two counterparts of one another, which neither has yet.
    void add(int installed, int replacement) {
        assert isFree(installed, replacement) : installed + " " + replacement;
        replacements[installed] = replacement;
        originals[replacement] = installed;
    }

    /// {@return the replacement's counterpart of an index of the installed module, or {@link #NONE}}
    int replacementOf(int installed) {
        return replacements[installed];
    }

    /// {@return the installed module's counterpart of an index of the replacement, or {@link #NONE}}
    int installedOf(int replacement) {
        return originals[replacement];
    }

    int[] toArray() {
        return replacements.clone();
    }
}

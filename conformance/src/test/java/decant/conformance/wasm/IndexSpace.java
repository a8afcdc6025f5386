package decant.conformance.wasm;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The things of one kind in a module, which text may call by number or by identifier.
final class IndexSpace {
    private final String kind;
    private final Map<String, Integer> byName = new HashMap<>();
    private final Map<Integer, String> leftOut = new HashMap<>();
    private int size;

    IndexSpace(String kind) {
        this.kind = kind;
    }

    int add(Optional<String> name) {
        name.ifPresent(n -> byName.put(n, size));
        return size++;
    }

    /// Notes that the last thing added is only a stand-in: nothing that refers to it can be assembled.
    void leaveOutLast(String reason) {
        leftOut.put(size - 1, reason);
    }

    int size() {
        return size;
    }

    /// {@return the index that a word stands for}
    int index(Sexp word) {
        return checked(find(word));
    }

    /// {@return `index`, which is of no stand-in}
    int checked(int index) {
        String reason = leftOut.get(index);
        if (reason != null) {
            throw new LeftOutException(reason);
        }
        return index;
    }

    private int find(Sexp word) {
        if (!(word instanceof Sexp.Word(String text, int _))) {
            throw new WatException("an index is expected, found " + word, word);
        }
        if (!text.startsWith("$")) {
            return (int) Literals.integer(text);
        }
        Integer index = byName.get(text);
        if (index == null) {
            throw new WatException("unknown " + kind + " " + text, word);
        }
        return index;
    }
}

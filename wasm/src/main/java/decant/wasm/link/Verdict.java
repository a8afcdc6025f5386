package decant.wasm.link;

import java.util.List;

/// Whether a module can take over the memory, globals and tables of the installed one.
public sealed interface Verdict {
    /// It can, with globals carried over as the renumbering says.
    record Fits(Renumbering renumbering) implements Verdict {}

    /// It cannot: the first differences, and how many there are in all.
    record Differs(List<Difference> differences, int total) implements Verdict {
        public Differs {
            differences = List.copyOf(differences);
        }

        /// {@return how many there are, and the first of them}
        String summary() {
            var first = differences.getFirst();
            return (total == 1 ? "one difference" : total + " differences, of which the first is") + ": "
                    + first.place() + " is " + first.found() + ", but " + first.expected() + " is installed";
        }
    }
}

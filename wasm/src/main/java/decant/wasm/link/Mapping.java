package decant.wasm.link;

import java.util.OptionalInt;
import java.util.OptionalLong;

/// What of the replacement is what of the installed module, as far as new hooks need to know.
interface Mapping {
    /// {@return the installed function that does the same as one of the replacement, if there is one}
    OptionalInt function(int replacementIndex);

    /// {@return the installed function in whose place a function of the replacement is, whether or not it does the
    /// same}
    default OptionalInt counterpart(int replacementIndex) {
        return function(replacementIndex);
    }

    /// {@return whether a slot of the replacement's table holds a function that does something else than the one in the
    /// installed module's slot}
    default boolean slotsDiffer() {
        return false;
    }

    /// {@return where the installed module has what a symbol of the replacement stands for, if it has that}
    OptionalLong address(Symbol symbol);

    /// {@return the installed global that is the same as one of the replacement, if there is one}
    OptionalInt global(int replacementIndex);

    /// {@return why a variable of the replacement has no address, and what can be done}
    Obstacle missing(Symbol symbol);

    GraftReport.Basis basis();
}

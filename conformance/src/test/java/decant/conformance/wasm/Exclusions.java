package decant.conformance.wasm;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Everything of the official suite that is left out, and why.
///
/// Beyond this list, text that uses a proposal which Decant leaves out is recognised by the assembler, and whatever
/// follows from such a module is left out with it; the approved report counts these per file and proposal.
final class Exclusions {
    static final String REFERENCES = "typed references (function references and GC proposals)";
    private static final String FOLLOWS = "looks at what a module did that needs ";
    private static final String MEMORIES = "the multi-memory proposal";

    /// What is left out of every script, as the assembler names it. The Internet Computer has none of these.
    static final Set<String> PROPOSALS = Set.of(
            REFERENCES,
            MEMORIES,
            "the GC proposal",
            "the exception handling proposal",
            "the extended-const proposal",
            "the relaxed SIMD proposal",
            "tables with initializers");

    /// Scripts that are not run at all.
    private static final Map<String, String> FILES = Map.of(
            "annotations.wast", "is about the text format, which the engine does not read",
            "binary-gc.wast", "needs the GC proposal",
            "binary0.wast", "needs " + MEMORIES);

    /// Single commands: on modules in binary form, in which the assembler recognises nothing, or after something else
    /// that is left out.
    private static final Map<String, String> COMMANDS = Map.ofEntries(
            Map.entry("bulk64.wast:89", "is charged for its length before the length is checked, and cannot pay"),
            Map.entry("elem.wast:453", "needs " + REFERENCES),
            Map.entry("elem.wast:470", "needs " + REFERENCES),
            Map.entry("elem.wast:487", "needs " + REFERENCES),
            Map.entry("elem.wast:504", "needs " + REFERENCES),
            Map.entry("elem.wast:524", "needs " + REFERENCES),
            Map.entry("elem.wast:544", "needs " + REFERENCES),
            Map.entry("elem.wast:561", "needs " + REFERENCES),
            Map.entry("elem.wast:578", "needs " + REFERENCES),
            Map.entry("linking0.wast:42", FOLLOWS + MEMORIES),
            Map.entry("load1.wast:25", FOLLOWS + MEMORIES),
            Map.entry("load1.wast:26", FOLLOWS + MEMORIES),
            Map.entry("load1.wast:27", FOLLOWS + MEMORIES),
            Map.entry("load1.wast:28", FOLLOWS + MEMORIES),
            Map.entry("load1.wast:29", FOLLOWS + MEMORIES));

    /// Malformed modules that are refused for another of their faults than the one the suite names.
    ///
    /// The reference interpreter reads a number or a body to its end wherever its section ends, and sections in one
    /// go; the decoder never reads past the announced end of a section or body.
    private static final Set<String> OTHER_WORDING = Set.of(
            "binary-leb128.wast:217",
            "binary-leb128.wast:225",
            "binary-leb128.wast:347",
            "binary-leb128.wast:404",
            "binary-leb128.wast:461",
            "binary-leb128.wast:525",
            "binary-leb128.wast:533",
            "binary-leb128.wast:541",
            "binary-leb128.wast:550",
            "binary-leb128.wast:730",
            "binary-leb128.wast:749",
            "binary-leb128.wast:843",
            "binary-leb128.wast:862",
            "binary.wast:92",
            "binary.wast:737",
            "binary.wast:998");

    private Exclusions() {}

    /// {@return why a whole script is left out, if it is}
    static Optional<String> ofFile(String file) {
        return Optional.ofNullable(FILES.get(file));
    }

    /// {@return why one command is left out, if it is}
    static Optional<String> ofCommand(String file, int line) {
        return Optional.ofNullable(COMMANDS.get(file + ":" + line));
    }

    /// {@return whether it is enough that the module is refused, for whatever reason}
    static boolean isRefusedInOtherWords(String file, int line) {
        return OTHER_WORDING.contains(file + ":" + line);
    }
}

package decant.canister;

import decant.canister.state.CanisterState;
import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.Hint;
import decant.canister.state.InstallReport.Failure;
import decant.canister.state.MemoryImage;
import decant.canister.state.Stage;
import decant.wasm.link.Graft;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// The known causes of failed installations. The first that fits is told.
final class Hints {
    /* Causes are recognised by the stage, the error code, and what the message says: the messages of this
     * implementation, of the Motoko runtime, and of the panics that Rust canisters print. A message of a guest can lie;
     * so a hint says what the message means, and never what is certain. */

    private static final String REPAIR =
            "; or repair the hook in the old source and install that with mode lifecycle_upgrade, which keeps heap and"
                    + " stable memory and runs no hook, then upgrade again. Where building moves data or functions,"
                    + " lifecycle_upgrade takes graft = opt true";

    /// A failure that looks for its cause.
    record Case(Stage stage, Failure failure, InstallRequest request, CanisterState clean) {
        private boolean says(String... parts) {
            return List.of(parts).stream().anyMatch(failure.message()::contains);
        }

        private boolean is(ErrorCode error) {
            return failure.error() == error;
        }

        /// {@return whether the function is among those that ran when it failed}
        private boolean runs(String function) {
            return failure.backtrace().stream()
                    .anyMatch(frame -> frame.functionName().equals(function));
        }

        private boolean inPreUpgrade() {
            return stage == Stage.PRE_UPGRADE;
        }

        private boolean inNewHook() {
            return stage == Stage.INIT || stage == Stage.POST_UPGRADE;
        }

        private String hook() {
            return stage.text();
        }

        private long stableBytes() {
            return clean.code().map(Code::stable).map(MemoryImage::bytes).orElse(0L);
        }

        private long heapBytes() {
            return clean.code().map(Code::heap).map(MemoryImage::bytes).orElse(0L);
        }
    }

    private record Cause(String code, Predicate<Case> fits, Function<Case, String> text) {}

    private static final List<Cause> CAUSES = List.of(
            new Cause(
                    "stable-memory-32-bit",
                    failed -> failed.says("32 bit stable memory api used on a memory larger than 4GB"),
                    failed -> "the code of stage " + failed.hook() + " uses a 32-bit call for stable memory"
                            + " (ic0.stable_size, stable_grow, stable_read or stable_write), which traps when stable"
                            + " memory is larger than 4 GiB; it has " + failed.stableBytes()
                            + " bytes. Use the calls with 64 bits, ic0.stable64_*"
                            + (failed.inPreUpgrade()
                                    ? ": `decant rescue stable64` rewrites the installed module's hooks so, to be"
                                            + " installed with mode lifecycle_upgrade. Where all that is to be kept is"
                                            + " in stable memory already, skip_pre_upgrade = opt true does too."
                                    : ".")),
            new Cause(
                    "call-in-hook",
                    failed -> failed.says("\"ic0_call_") && failed.says("cannot be executed in"),
                    failed -> "the code of stage " + failed.hook() + " calls a canister. No hook can: its calls would"
                            + " be answered when the upgrade is over. Make the call from a method before the upgrade,"
                            + " or from a timer after it" + (failed.inPreUpgrade() ? REPAIR : "") + "."),
            new Cause(
                    "outstanding-callbacks",
                    failed -> failed.says("attempted with outstanding message callbacks"),
                    _ -> "the canister waits for answers to its calls, and the Motoko runtime does not upgrade it"
                            + " before they are there. Stop the canister, upgrade it, start it."),
            new Cause(
                    "instruction-limit",
                    failed -> failed.is(ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED),
                    failed -> "the stages up to " + failed.hook() + " need more instructions than one installation may"
                            + " use, compiling included. A hook that copies all data into stable memory needs more with"
                            + " every user: keep the data in stable memory or in a kept heap, so that the hook has"
                            + " nothing to copy" + (failed.inPreUpgrade() ? REPAIR : "") + "."),
            new Cause(
                    "stable-memory-access-limit",
                    failed -> failed.is(ErrorCode.CANISTER_MEMORY_ACCESS_LIMIT_EXCEEDED),
                    failed -> "the code of stage " + failed.hook() + " reads and writes more of stable memory than one"
                            + " installation may; stable memory has " + failed.stableBytes()
                            + " bytes. Move data in several messages before or after the upgrade instead."),
            new Cause(
                    "wasm-memory-limit",
                    failed -> failed.is(ErrorCode.CANISTER_WASM_MEMORY_LIMIT_EXCEEDED),
                    failed -> "the new code needs more heap than the setting wasm_memory_limit lets it have, which is "
                            + failed.clean.settings().wasmMemoryLimitBytes()
                            + " bytes. Raise it with update_settings, or 0 for no limit of its own, and upgrade"
                            + " again."),
            new Cause(
                    "heap-exhausted",
                    failed -> failed.is(ErrorCode.CANISTER_OUT_OF_MEMORY)
                            || failed.says("Cannot grow memory", "memory allocation of", "out of memory"),
                    failed -> "the code of stage " + failed.hook() + " found no more room in the heap, which has "
                            + failed.heapBytes() + " bytes. A hook that serialises all data needs room for a second"
                            + " copy: free some data first, or write it piece by piece"
                            + (failed.inPreUpgrade() ? REPAIR : "") + "."),
            new Cause(
                    "persistence-option-missing",
                    failed -> failed.says("Missing upgrade option: Enhanced orthogonal persistence"),
                    _ -> "the installed module keeps its data in the heap. Upgrade with wasm_memory_persistence = opt"
                            + " variant { keep } to keep it; with replace, all of it is lost."),
            new Cause(
                    "persistence-section-missing",
                    failed -> failed.says("Invalid upgrade option: The `wasm_memory_persistence: opt Keep`"),
                    _ -> "the new module does not say that it can take over a heap: it lacks the custom section"
                            + " enhanced-orthogonal-persistence. For Motoko, compile it with"
                            + " --enhanced-orthogonal-persistence, the default since moc 0.15, and let no tool strip"
                            + " its sections. A module that keeps its data in stable memory is upgraded without the"
                            + " option."),
            new Cause(
                    "kept-heap-too-large",
                    failed -> failed.is(ErrorCode.CANISTER_WASM_ENGINE_ERROR)
                            && failed.says("exceeds module's declared maximum"),
                    failed -> "the heap that was to be kept has " + failed.heapBytes()
                            + " bytes, more than the new module declares as its memory's maximum: no code of it could"
                            + " run on it. Link the new module with a larger maximum, or none."),
            new Cause(
                    "heap-proof",
                    failed -> failed.says("Lifecycle upgrade refused: the module differs"),
                    _ -> "a lifecycle upgrade keeps the heap, so everything but the hooks must be what is installed."
                            + " Change only hooks in the source of the installed module and build it with the same"
                            + " compiler and options; where that moves data or functions, ask for graft = opt true."
                            + " Changes outside the hooks need mode upgrade."),
            new Cause(
                    "graft",
                    failed -> failed.says("Lifecycle upgrade refused: the hooks of the module cannot be grafted"),
                    _ -> "a graft finds out where the installed module has what the new hooks use. Link the new module"
                            + " with --emit-relocs, and change it with no other tool afterwards. Where more than hooks"
                            + " was changed since the installed module was built, it takes that module's symbols, too:"
                            + " `decant graft OLD NEW --old-symbols FILE` makes a module to be installed with mode"
                            + " lifecycle_upgrade."),
            new Cause(
                    "graft-constants-damaged",
                    failed -> failed.runs(Graft.DAMAGE_CHECK),
                    _ -> "the new hooks' constants are in pages behind the heap, and something wrote over them: an"
                            + " allocator that takes all memory to its end for its own. Hooks without new texts and"
                            + " tables bring along no constants."),
            new Cause(
                    "graft-no-room",
                    failed -> failed.runs(Graft.PLACEMENT),
                    failed -> "the new hooks' constants found no room behind the heap, which has " + failed.heapBytes()
                            + " bytes. Hooks without new texts and tables bring along no constants."),
            new Cause(
                    "stable-types-incompatible",
                    failed -> failed.says("Memory-incompatible program upgrade"),
                    _ -> "the Motoko runtime found that the new stable variables have types that the old values do not"
                            + " fit. `moc --stable-compatible OLD.most NEW.most` names them; change the types back, or"
                            + " write a migration."),
            new Cause(
                    "argument-type",
                    failed -> failed.inNewHook()
                            && failed.says(
                                    "IDL error",
                                    "Candid-encoded argument",
                                    "failed to decode call arguments",
                                    "Cannot parse header",
                                    "No more values on the wire"),
                    failed -> "the new code could not read the argument of " + failed.request.argument().length
                            + " bytes that came with the request. Give the argument that the new module's service"
                            + " declares, encoded with Candid; a Motoko actor without parameters takes the empty tuple"
                            + " ()."),
            new Cause(
                    "hook-failed",
                    Case::inPreUpgrade,
                    _ ->
                            "the hook that failed is the installed module's own, so another new module does not help. Change"
                                    + " the data that it stumbles over, by a method of the canister" + REPAIR + "."));

    private Hints() {}

    /// {@return the cause that fits best, if one is known}
    static Optional<Hint> of(Case failed) {
        return CAUSES.stream()
                .filter(cause -> cause.fits().test(failed))
                .findFirst()
                .map(cause -> new Hint(cause.code(), cause.text().apply(failed)));
    }
}

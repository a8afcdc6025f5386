package decant.canister;

import decant.base.Principal;
import decant.canister.ic0.Fault;
import decant.canister.state.CanisterState;
import decant.canister.state.ErrorCode;
import decant.canister.state.InstallReport;
import decant.canister.state.Payload;
import decant.wasm.Frame;
import decant.wasm.Trap;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/// Why the code of a canister did not run to its end: the guest's fault, with the functions it happened in.
///
/// `text` is what callers are told, `detail` what the canister's log says; `backtrace` is innermost first.
public record Failure(ErrorCode error, String text, String detail, List<Frame> backtrace) {
    private static final int FRAMES_SHOWN_MAX = 20;
    private static final int FRAMES_REPORTED_MAX = 50;
    private static final int NAME_REPORTED_MAX = 200;
    private static final int TEXT_REPORTED_MAX = 4_000;

    static Failure of(ErrorCode error, String text) {
        return new Failure(error, text, text, List.of());
    }

    /// {@return what a trap means for a run that was allowed `instructionsMax`}
    static Failure of(Trap trap, long instructionsMax) {
        return switch (trap.code()) {
            case UNREACHABLE -> trapped(trap, "unreachable");
            case MEMORY_OUT_OF_BOUNDS -> trapped(trap, "heap out of bounds");
            case TABLE_OUT_OF_BOUNDS, UNDEFINED_ELEMENT -> trapped(trap, "table out of bounds");
            case INDIRECT_CALL_TYPE_MISMATCH -> trapped(trap, "indirect call type mismatch");
            case INTEGER_OVERFLOW -> trapped(trap, "integer overflow");
            case INTEGER_DIVIDE_BY_ZERO -> trapped(trap, "integer division by 0");
            case BAD_CONVERSION_TO_INTEGER -> trapped(trap, "invalid conversion to integer");
            case STACK_OVERFLOW -> trapped(trap, "stack overflow");
            case OUT_OF_INSTRUCTIONS -> outOfInstructions(instructionsMax).at(trap.backtrace());
            case HOST -> ofHost(trap);
        };
    }

    static Failure outOfInstructions(long instructionsMax) {
        return of(
                ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED,
                "Canister exceeded the limit of " + instructionsMax + " instructions for single message execution.");
    }

    private static Failure trapped(Trap trap, String reason) {
        return new Failure(ErrorCode.CANISTER_TRAPPED, "Canister trapped: " + reason, reason, trap.backtrace());
    }

    private static Failure ofHost(Trap trap) {
        if (!(trap.payload() instanceof Fault fault)) {
            throw new AssertionError("BUG: an import trapped without saying why: " + trap);
        }
        return new Failure(fault.error(), fault.text(), fault.detail(), trap.backtrace());
    }

    private Failure at(List<Frame> frames) {
        return new Failure(error, text, detail, frames);
    }

    /// {@return this failure, after which `cleanup` failed too}
    Failure followedBy(Failure cleanup) {
        var both = text + "\n\ncall_on_cleanup also failed:\n\n" + cleanup.text;
        return new Failure(error, both, detail, backtrace);
    }

    /// {@return what `caller` is told; the functions' names only if it may see the canister's log}
    Payload.Reject reject(CanisterState canister, Principal caller) {
        var settings = canister.settings();
        boolean seesLog = settings.logVisibility().shows(caller, settings.isController(caller));
        return new Payload.Reject(
                error, "Error from Canister " + canister.id() + ": " + text + (seesLog ? backtraceText() : ""));
    }

    /// {@return the line that the canister's log gets}
    byte[] logLine() {
        return ("[TRAP]: " + detail + backtraceText()).getBytes(StandardCharsets.UTF_8);
    }

    /// {@return this failure for a report that is kept: of bounded size}
    InstallReport.Failure inReports() {
        var frames = backtrace.stream()
                .limit(FRAMES_REPORTED_MAX)
                .map(frame -> new Frame(
                        frame.functionIndex(), cut(frame.functionName(), NAME_REPORTED_MAX), frame.moduleOffset()))
                .toList();
        return new InstallReport.Failure(error, cut(text, TEXT_REPORTED_MAX), frames);
    }

    private static String cut(String text, int lengthMax) {
        return text.length() <= lengthMax ? text : text.substring(0, lengthMax) + "...";
    }

    private String backtraceText() {
        if (backtrace.isEmpty()) {
            return "";
        }
        return backtrace.stream()
                .limit(FRAMES_SHOWN_MAX)
                .map(Frame::functionName)
                .collect(Collectors.joining("\n", "\nCanister Backtrace:\n", ""));
    }
}

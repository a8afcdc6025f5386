package decant.cli.terminal;

import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.protocol.Response;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/// What was asked for could not be done; the message is for the person who asked.
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Optional<Response.Rejected> rejection;
    private final transient Optional<Value> report;
    private final int exitCode;

    public CommandFailure(String message) {
        this(message, Optional.empty(), Optional.empty(), ExitCode.FAILED);
    }

    public CommandFailure(String message, Throwable cause) {
        super(message, cause);
        this.rejection = Optional.empty();
        this.report = Optional.empty();
        this.exitCode = ExitCode.FAILED;
    }

    private CommandFailure(
            String message, Optional<Response.Rejected> rejection, Optional<Value> report, int exitCode) {
        super(message);
        this.rejection = rejection;
        this.report = report;
        this.exitCode = exitCode;
    }

    /// {@return the failure to understand what was given, where another exit code means that the answer is no}
    public static CommandFailure notUnderstood(String message) {
        return new CommandFailure(message, Optional.empty(), Optional.empty(), ExitCode.NOT_UNDERSTOOD);
    }

    /// {@return the failure that a canister, or the node in its place, rejected a request}
    public static CommandFailure rejected(String what, Response.Rejected rejection) {
        return rejected(what, rejection, "");
    }

    public static CommandFailure rejected(String what, Response.Rejected rejection, String consequence) {
        return new CommandFailure(
                what + " was rejected (" + code(rejection) + "): " + rejection.message() + consequence,
                Optional.of(rejection),
                Optional.empty(),
                ExitCode.FAILED);
    }

    /// {@return the failure of an installation of which the node has told the course}
    ///
    /// @param report the course as the node told it
    /// @param course the same and its consequence in words, as they go on after the rejection
    public static CommandFailure notInstalled(String what, Response.Rejected rejection, Value report, String course) {
        return new CommandFailure(
                what + " was rejected (" + code(rejection) + ")" + course,
                Optional.of(rejection),
                Optional.of(report),
                ExitCode.FAILED);
    }

    private static String code(Response.Rejected rejection) {
        return rejection.errorCode().orElseGet(() -> "reject code " + rejection.rejectCode());
    }

    /// {@return the same failure, told by another exit code}
    public CommandFailure withExitCode(int code) {
        return new CommandFailure(String.valueOf(getMessage()), rejection, report, code);
    }

    public int exitCode() {
        return exitCode;
    }

    /// {@return why reading or writing did not go, in words for a person}
    public static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "access is denied";
            case FileAlreadyExistsException _ -> "there is a file of that name";
            case CharacterCodingException _ -> "it is not text";
            default -> failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        };
    }

    public Optional<Response.Rejected> rejection() {
        return rejection;
    }

    public Json toJson() {
        var fields = Json.fields().with("error", Json.text(String.valueOf(getMessage())));
        if (rejection.isPresent()) {
            var found = rejection.get();
            fields = fields.with("reject_code", Json.number(found.rejectCode()))
                    .with("error_code", Json.text(found.errorCode()));
        }
        return report.isPresent() ? fields.with("report", CandidJson.of(report.get())) : fields;
    }
}

package decant.canister.ic0;

import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;
import java.nio.charset.StandardCharsets;

/// `ic0.msg_*` and `ic0.accept_message`: the message being worked on, and the answer to it.
final class MessageCalls {
    static final long REPLICATED_REPLY_BYTES_MAX = 2L << 20;
    static final long QUERY_REPLY_BYTES_MAX = 3L << 20;

    private static final byte[] NOTHING = {};

    private MessageCalls() {}

    static byte[] argument(Invocation run) {
        return run.incoming.argument();
    }

    static byte[] caller(Invocation run) {
        return run.incoming.caller().bytes();
    }

    static byte[] callerInfoData(Invocation run) {
        var info = run.incoming.senderInfo();
        return info == null ? NOTHING : info.data();
    }

    static byte[] callerInfoSigner(Invocation run) {
        var info = run.incoming.senderInfo();
        return info == null ? NOTHING : info.signer().bytes();
    }

    static byte[] methodName(Invocation run) {
        return run.incoming.method().getBytes(StandardCharsets.UTF_8);
    }

    static byte[] rejectMessage(Invocation run) {
        var reject = run.incoming.reject();
        if (reject == null) {
            throw run.violation("there is no reject message, because the reject code is 0");
        }
        return reject.message().getBytes(StandardCharsets.UTF_8);
    }

    static long rejectCode(Invocation run, long[] arguments) {
        var reject = run.incoming.reject();
        return reject == null ? 0 : reject.code();
    }

    static long deadline(Invocation run, long[] arguments) {
        return run.incoming.deadlineNanos();
    }

    static long replyDataAppend(Invocation run, long[] arguments) {
        checkAnswerable(run);
        checkAnswerSize(run, arguments[1], run.replyData.size());
        run.replyData.writeBytes(run.read(arguments[0], arguments[1]));
        return 0;
    }

    static long reply(Invocation run, long[] arguments) {
        checkAnswerable(run);
        run.answer = new Payload.Reply(run.replyData.toByteArray());
        return 0;
    }

    static long reject(Invocation run, long[] arguments) {
        checkAnswerable(run);
        checkAnswerSize(run, arguments[1], 0);
        var message = run.readText(arguments[0], arguments[1]);
        run.answer = new Payload.Reject(ErrorCode.CANISTER_REJECTED_MESSAGE, message);
        return 0;
    }

    static Cycles available(Invocation run) {
        return run.answer == null ? run.available : Cycles.ZERO;
    }

    static Cycles refunded(Invocation run) {
        return run.incoming.refunded();
    }

    /// Moves as much as there is, at most `most`, from the call to the balance.
    static Cycles accept(Invocation run, Cycles most) {
        var accepted = available(run).min(most);
        run.available = run.available.minus(accepted);
        run.cycles = run.cycles.plus(accepted);
        return accepted;
    }

    static long acceptMessage(Invocation run, long[] arguments) {
        if (run.messageAccepted) {
            throw run.violation("the message is already accepted");
        }
        run.messageAccepted = true;
        return 0;
    }

    private static void checkAnswerable(Invocation run) {
        if (run.answer != null || !run.incoming.answerable()) {
            throw run.violation("the call is already replied");
        }
    }

    private static void checkAnswerSize(Invocation run, long size, long before) {
        long bytesMax = run.context.isReplicated() ? REPLICATED_REPLY_BYTES_MAX : QUERY_REPLY_BYTES_MAX;
        if (size < 0 || size > bytesMax - before) {
            throw run.violation("application payload size (" + before + " + " + Long.toUnsignedString(size)
                    + ") cannot be larger than " + bytesMax);
        }
    }
}

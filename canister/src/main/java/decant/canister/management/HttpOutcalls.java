package decant.canister.management;

import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.Execution;
import decant.canister.state.Answer;
import decant.canister.state.CyclesUse;
import decant.canister.state.ErrorCode;
import decant.canister.state.Outcall;
import decant.canister.state.Outcall.Header;
import decant.canister.state.Outcall.Response;
import decant.canister.state.Outcall.Result;
import decant.canister.state.Outcall.Transform;
import decant.canister.state.Outcalls;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The requests of canisters to servers outside: `http_request`.
///
/// A call only notes what is asked for. Who runs the rounds carries it out beside them, and what came of it is an input
/// of a later round, in which the canister transforms it and is answered. So rounds never touch a network.
public final class HttpOutcalls {
    /// How large a request may be, and a response unless it is said.
    public static final int BYTES_MAX = 2_000_000;

    public static final int HEADERS_MAX = 64;
    public static final int HEADER_PART_BYTES_MAX = 8 << 10;
    public static final int HEADERS_BYTES_MAX = 48 << 10;
    private static final int URL_BYTES_MAX = 8_192;

    /// What encoding or decoding a response takes, in instructions for each of its bytes.
    private static final long INSTRUCTIONS_PER_BYTE = 2;

    private static final List<Type> RESPONSE = Interface.resultTypes(Method.HTTP_REQUEST);
    private static final Type TRANSFORMED =
            Type.parse("record { response : record { status : nat; headers : vec record { name : text; value : text };"
                    + " body : blob }; context : blob }");

    private HttpOutcalls() {}

    /// The answer comes when the request has ended: see [#ended].
    static ManagementOutcome begin(Turn turn) {
        var outcall = outcall(turn);
        var underWay = turn.subnet().outcalls();
        if (!underWay.hasRoomFor(outcall)) {
            throw rejected("Too many HTTP requests are in flight: at most " + Outcalls.COUNT_MAX + " of "
                    + Outcalls.BYTES_MAX + " bytes in all may be; make the call again later.");
        }
        if (!underWay.hasShareFor(outcall)) {
            throw rejected(
                    "The HTTP requests of canister " + turn.sender() + " that are in flight occupy as much as those"
                            + " of one canister may: " + Outcalls.BYTES_OF_A_CANISTER_MAX
                            + " bytes; make the call again when some have ended.");
        }
        var price = Fees.prices(turn.subnet()).outcall(outcall.bytes(), outcall.responseBytesMax());
        var fee = Fees.take(turn, price, CyclesUse.HTTP_OUTCALLS);
        return new ManagementOutcome(
                fee.subnet().withOutcalls(underWay.plus(outcall.refunding(fee.refund()))), List.of(), 0);
    }

    private static Outcall outcall(Turn turn) {
        var argument = turn.argument();
        var request = new Outcall.Request(
                Outcall.Method.valueOf(argument.field("method").tag().toUpperCase(Locale.ROOT)),
                argument.field("url").toText(),
                headers(argument),
                argument.optionalField("body").map(Value::toBytes));
        var isReplicated = argument.optionalField("is_replicated").map(Value::toBoolean);
        check(request, isReplicated.orElse(true));
        return new Outcall(
                turn.call().origin(),
                turn.call().cycles(),
                request,
                responseBytesMax(argument),
                argument.optionalField("transform").map(transform -> transform(turn, transform)));
    }

    private static List<Header> headers(Value message) {
        return message.field("headers").items().stream()
                .map(header -> new Header(
                        header.field("name").toText(), header.field("value").toText()))
                .toList();
    }

    private static void check(Outcall.Request request, boolean isReplicated) {
        var url = new Header("", request.url());
        if (Outcall.bytesOf(List.of(url)) > URL_BYTES_MAX) {
            throw rejected("The URL has " + Outcall.bytesOf(List.of(url)) + " bytes; at most " + URL_BYTES_MAX
                    + " are allowed.");
        }
        whyTooLarge(request.headers()).ifPresent(why -> {
            throw Refusal.malformed(why);
        });
        if (request.bytes() > BYTES_MAX) {
            throw rejected("The headers and the body of the request have " + request.bytes() + " bytes; at most "
                    + BYTES_MAX + " are allowed.");
        }
        if (isReplicated) {
            switch (request.method()) {
                case GET, HEAD, POST -> {}
                case PUT, DELETE, PATCH ->
                    throw rejected(request.method() + " is only for requests with is_replicated = opt false.");
            }
        }
    }

    /// {@return which limit these headers of a request or a response exceed, if they do}
    public static Optional<String> whyTooLarge(List<Header> headers) {
        if (headers.size() > HEADERS_MAX) {
            return Optional.of("There are " + headers.size() + " headers; at most " + HEADERS_MAX + " are allowed.");
        }
        for (var header : headers) {
            long partBytes = Math.max(
                    Outcall.bytesOf(List.of(new Header(header.name(), ""))),
                    Outcall.bytesOf(List.of(new Header("", header.value()))));
            if (partBytes > HEADER_PART_BYTES_MAX) {
                return Optional.of("The name or the value of a header has " + partBytes + " bytes; at most "
                        + HEADER_PART_BYTES_MAX + " are allowed.");
            }
        }
        long bytes = Outcall.bytesOf(headers);
        return bytes > HEADERS_BYTES_MAX
                ? Optional.of("The headers have " + bytes + " bytes; at most " + HEADERS_BYTES_MAX + " are allowed.")
                : Optional.empty();
    }

    private static long responseBytesMax(Value argument) {
        var max = BigInteger.valueOf(BYTES_MAX);
        var asked = argument.optionalField("max_response_bytes")
                .map(Value::toBigInteger)
                .orElse(max);
        if (asked.compareTo(max) > 0) {
            throw rejected("max_response_bytes is " + asked + "; at most " + max + " are allowed.");
        }
        return asked.longValue();
    }

    private static Transform transform(Turn turn, Value transform) {
        if (!(transform.field("function") instanceof Value.Func(var canister, var method))) {
            throw new AssertionError("BUG: the function of a transform is no function");
        }
        if (!canister.equals(turn.sender())) {
            throw rejected("The transform must be a method of the canister that makes the request, " + turn.sender()
                    + "; it is one of " + canister + ".");
        }
        return new Transform(method, transform.field("context").toBytes());
    }

    private static Refusal rejected(String why) {
        return new Refusal(ErrorCode.CANISTER_REJECTED_MESSAGE, why);
    }

    /// Takes in what a request came to: has the canister transform it if it wanted to, and answers it.
    ///
    /// What is said of a request that is not under way is passed over.
    public static ManagementOutcome ended(
            SubnetState subnet, long number, Result result, Execution execution, Env env) {
        return subnet.outcalls()
                .find(number)
                .map(outcall -> {
                    var next = subnet.withOutcalls(subnet.outcalls().minus(number));
                    var answering = answering(next, outcall, result, execution, env);
                    var answer = new Answer(outcall.origin(), answering.payload(), outcall.refund());
                    return new ManagementOutcome(next, List.of(answer), answering.instructionsUsed());
                })
                .orElseGet(() -> new ManagementOutcome(subnet, List.of(), 0));
    }

    private record Answering(Payload payload, long instructionsUsed) {}

    private static Answering answering(
            SubnetState subnet, Outcall outcall, Result result, Execution execution, Env env) {
        return switch (result) {
            case Result.Failed(boolean isTransient, var why) ->
                new Answering(
                        new Payload.Reject(isTransient ? ErrorCode.OUTCALL_INTERRUPTED : ErrorCode.OUTCALL_FAILED, why),
                        0);
            case Result.Responded(var response) ->
                outcall.transform()
                        .map(transform -> transformed(subnet, outcall, transform, response, execution, env))
                        .orElseGet(() -> {
                            byte[] reply = Interface.reply(Method.HTTP_REQUEST, Optional.of(value(response)));
                            return new Answering(new Payload.Reply(reply), reply.length * INSTRUCTIONS_PER_BYTE);
                        });
        };
    }

    private static Answering transformed(
            SubnetState subnet, Outcall outcall, Transform transform, Response response, Execution execution, Env env) {
        var canister = subnet.canister(outcall.origin().caller());
        if (canister.isEmpty()) {
            return new Answering(
                    new Payload.Reject(ErrorCode.CANISTER_NOT_FOUND, "The canister that asked is deleted."), 0);
        }
        var argument =
                Value.record().with("response", value(response)).with("context", Value.blob(transform.context()));
        byte[] message = Candid.encode(List.of(argument), List.of(TRANSFORMED));
        var own = env.of(subnet, canister.get().id());
        var transformed = execution.transform(canister.get(), transform.method(), message, own);
        long used = transformed.instructionsUsed() + message.length * INSTRUCTIONS_PER_BYTE;
        return switch (transformed.payload()) {
            case Payload.Reject reject -> new Answering(reject, used);
            case Payload.Reply(var data) -> new Answering(checked(data, outcall.responseBytesMax()), used);
        };
    }

    /// {@return the answer with what the canister made of the response, if it is a response, and not too large}
    private static Payload checked(byte[] transformed, long bytesMax) {
        if (transformed.length > bytesMax) {
            return new Payload.Reject(ErrorCode.OUTCALL_FAILED, "Transformed http response exceeds limit: " + bytesMax);
        }
        try {
            var value = Candid.decode(transformed, RESPONSE, Quota.DEFAULT).getFirst();
            return new Payload.Reply(Interface.reply(Method.HTTP_REQUEST, Optional.of(value)));
        } catch (CandidException e) {
            return new Payload.Reject(
                    ErrorCode.OUTCALL_FAILED, "The transform did not reply an HTTP response: " + e.getMessage());
        }
    }

    private static Value value(Response response) {
        return Value.record()
                .with("status", Value.nat(response.status()))
                .with(
                        "headers",
                        Value.vec(response.headers().stream()
                                .map(header -> Value.record()
                                        .with("name", Value.text(header.name()))
                                        .with("value", Value.text(header.value())))
                                .toList()))
                .with("body", Value.blob(response.body()));
    }
}

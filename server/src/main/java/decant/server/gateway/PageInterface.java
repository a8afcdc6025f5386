package decant.server.gateway;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Label;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The methods of a canister that browsers reach, in Candid.
///
/// Answers are read at the types they bring: a token has a type that only its canister knows, and goes back as it came.
final class PageInterface {
    static final String QUERY_METHOD = "http_request";
    static final String UPDATE_METHOD = "http_request_update";

    /// The newest version of certification that is understood here.
    private static final int CERTIFICATION_VERSION = 2;

    private static final Type UPDATE_REQUEST =
            Type.parse("record { method : text; url : text; headers : vec record { text; text }; body : blob }");
    private static final Type QUERY_REQUEST = Type.parse("record { method : text; url : text; "
            + "headers : vec record { text; text }; body : blob; certificate_version : opt nat16 }");

    private PageInterface() {}

    static byte[] queryArgument(PageRequest request) {
        return Candid.encode(
                fields(request).with("certificate_version", Value.some(Value.nat16(CERTIFICATION_VERSION))),
                QUERY_REQUEST);
    }

    static byte[] updateArgument(PageRequest request) {
        return Candid.encode(fields(request), UPDATE_REQUEST);
    }

    private static Value.Record fields(PageRequest request) {
        return Value.record()
                .with("method", Value.text(request.method()))
                .with("url", Value.text(request.url()))
                .with(
                        "headers",
                        Value.vec(request.headers().stream()
                                .map(PageInterface::pair)
                                .toList()))
                .with("body", Value.blob(request.body()));
    }

    private static Value pair(HeaderField header) {
        return new Value.Record(List.of(
                new Value.Field(Label.of(0), Value.text(header.name())),
                new Value.Field(Label.of(1), Value.text(header.value()))));
    }

    static byte[] callbackArgument(Value token) {
        return Candid.encode(List.of(token));
    }

    /// @throws DeliveryException if the result is not that of `http_request`
    static PageAnswer answer(Principal canister, String method, byte[] result) {
        try {
            var answer = only(result);
            return new PageAnswer(
                    status(answer.field("status_code")),
                    headers(answer.field("headers")),
                    answer.field("body").toBytes(),
                    answer.find("upgrade").map(PageInterface::isTrue).orElse(false),
                    answer.optionalField("streaming_strategy").map(strategy -> continuation(canister, strategy)));
        } catch (CandidException e) {
            throw DeliveryException.badAnswer("The result of " + method
                    + " is not the record that the HTTP gateway protocol defines: " + e.getMessage() + ".");
        }
    }

    /// @throws DeliveryException if the result is not that of a streaming callback
    static PageAnswer.Piece piece(String method, byte[] result) {
        try {
            var piece = only(result);
            return new PageAnswer.Piece(piece.field("body").toBytes(), piece.optionalField("token"));
        } catch (CandidException e) {
            throw DeliveryException.badAnswer("The result of the streaming callback " + method
                    + " is not a record of body and token: " + e.getMessage() + ".");
        }
    }

    private static Value only(byte[] result) {
        var values = Candid.decode(result, Quota.DEFAULT);
        if (values.isEmpty()) {
            throw new CandidException("expected a record, found no value");
        }
        return values.getFirst();
    }

    private static boolean isTrue(Value upgrade) {
        return upgrade instanceof Value.Bool(boolean value)
                ? value
                : upgrade.optional().map(Value::toBoolean).orElse(false);
    }

    private static int status(Value code) {
        var number = code.toBigInteger();
        boolean isStatus =
                number.compareTo(BigInteger.valueOf(200)) >= 0 && number.bitLength() < 10 && number.intValue() < 600;
        if (!isStatus) {
            throw new CandidException("the status of an answer lies in 200..599, found " + number);
        }
        return number.intValue();
    }

    private static List<HeaderField> headers(Value vector) {
        var headers = new ArrayList<HeaderField>();
        for (var pair : vector.items()) {
            if (!(pair instanceof Value.Record(var parts)) || parts.size() < 2) {
                throw new CandidException("a header is a pair of texts, found " + pair);
            }
            headers.add(
                    header(parts.get(0).value().toText(), parts.get(1).value().toText()));
        }
        return headers;
    }

    /// A header goes onto the wire as it is, so it must not be able to end there.
    private static HeaderField header(String name, String value) {
        boolean isToken = !name.isEmpty()
                && name.chars().allMatch(c -> c > 0x20 && c < 0x7F && "()<>@,;:\\\"/[]?={}".indexOf(c) < 0);
        boolean isText = value.chars().allMatch(c -> c == '\t' || c >= 0x20 && c < 0x7F || c > 0x9F && c <= 0xFF);
        if (!isToken || !isText) {
            throw new CandidException(
                    "a header has characters that HTTP does not allow: " + Value.text(name) + " " + Value.text(value));
        }
        return new HeaderField(name, value);
    }

    private static PageAnswer.Continuation continuation(Principal canister, Value strategy) {
        if (!strategy.is("Callback")) {
            throw new CandidException("the only streaming strategy is Callback");
        }
        var callback = strategy.payload().field("callback");
        if (!(callback instanceof Value.Func(var owner, var method))) {
            throw new CandidException("expected a function as callback, found " + callback);
        }
        if (!owner.equals(canister)) {
            throw new CandidException(
                    "a streaming callback must be a method of the canister itself, " + canister + ", found " + owner);
        }
        return new PageAnswer.Continuation(method, strategy.payload().field("token"));
    }

    static Optional<PageAnswer.Continuation> next(PageAnswer.Continuation before, PageAnswer.Piece piece) {
        return piece.token().map(token -> new PageAnswer.Continuation(before.method(), token));
    }
}

package decant.server.gateway;

import static decant.server.gateway.CertifiedSite.CANISTER;
import static decant.server.gateway.CertifiedSite.EVERYTHING;
import static decant.server.gateway.CertifiedSite.NOW;
import static decant.server.gateway.CertifiedSite.answerHash;
import static decant.server.gateway.CertifiedSite.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Label;
import decant.candid.Quota;
import decant.candid.Value;
import decant.server.gateway.Addresses.Address;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a gateway makes of canisters that behave in every way.
class GatewayTest {
    private static final Address.OfCanister PAGE = new Address.OfCanister(CANISTER, false);
    private static final Address.OfCanister RAW = new Address.OfCanister(CANISTER, true);
    private static final PageRequest REQUEST = new PageRequest("GET", "/long", List.of(), new byte[0]);
    private static final List<String> LONG = List.of("http_expr", "long", "<$>");

    private final CertifiedSite site = new CertifiedSite();

    /// A canister that answers by a function of the argument.
    private record Scripted(Function<Value, Value> page, Function<Value, Value> piece, String metadata)
            implements Canisters {
        @Override
        public byte[] query(Principal canister, String method, byte[] argument) {
            var value = Candid.decode(argument, Quota.DEFAULT).getFirst();
            return Candid.encode(List.of((method.equals("http_request") ? page : piece).apply(value)));
        }

        @Override
        public byte[] update(Principal canister, String method, byte[] argument) {
            return query(canister, "http_request", argument);
        }

        @Override
        public Optional<String> metadata(Principal canister, String name) {
            return metadata.isEmpty() ? Optional.empty() : Optional.of(metadata);
        }

        @Override
        public long nowNanos() {
            return NOW;
        }
    }

    private Delivery deliver(Address.OfCanister address, Function<Value, Value> page) {
        return deliver(address, page, _ -> Value.record(), "");
    }

    private Delivery deliver(
            Address.OfCanister address, Function<Value, Value> page, Function<Value, Value> piece, String metadata) {
        return new Gateway(new Scripted(page, piece, metadata), site.verification(), "localhost")
                .serve(address, REQUEST);
    }

    private static Value.Record answer(int status, byte[] body, List<HeaderField> headers) {
        return Value.record()
                .with("status_code", Value.nat16(status))
                .with(
                        "headers",
                        Value.vec(headers.stream().map(GatewayTest::pair).toList()))
                .with("body", Value.blob(body));
    }

    private static Value pair(HeaderField header) {
        return new Value.Record(List.of(
                new Value.Field(Label.of(0), Value.text(header.name())),
                new Value.Field(Label.of(1), Value.text(header.value()))));
    }

    private static Value strategy(Principal canister, Value token) {
        var callback = Value.record()
                .with("callback", new Value.Func(canister, "next"))
                .with("token", token);
        return Value.some(Value.variant("Callback", callback));
    }

    private static String text(Delivery delivery) {
        var body = new ByteArrayOutputStream();
        switch (delivery.body()) {
            case Delivery.Body.Whole(byte[] bytes) -> body.writeBytes(bytes);
            case Delivery.Body.InPieces(byte[] first, var _, var rest) -> {
                body.writeBytes(first);
                for (var next = rest.next(); next.isPresent(); next = rest.next()) {
                    body.writeBytes(next.get());
                }
            }
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    private static Value piece(Value token, int pieces) {
        int number = token.field("at").toBigInteger().intValueExact();
        var next = number + 1 < pieces ? Value.some(Value.record().with("at", Value.nat(number + 1))) : Value.none();
        return Value.record().with("body", Value.blob(utf8(number + " "))).with("token", next);
    }

    private Value inPieces() {
        return answer(200, utf8("first "), List.of())
                .with("streaming_strategy", strategy(CANISTER, Value.record().with("at", Value.nat(0))));
    }

    @Test
    void fewPiecesArePutTogetherAndNeedProof() {
        assertThat(text(deliver(RAW, _ -> inPieces(), token -> piece(token, 4), "")))
                .isEqualTo("first 0 1 2 3 ");
        assertThat(deliver(PAGE, _ -> inPieces(), token -> piece(token, 4), "").status())
                .isEqualTo(502);
    }

    @Test
    void manyPiecesAreFetchedOneAfterTheOther() {
        var delivery = deliver(PAGE, _ -> inPieces(), token -> piece(token, 10), "");

        assertThat(delivery.body()).isInstanceOf(Delivery.Body.InPieces.class);
        assertThat(text(delivery)).isEqualTo("first 0 1 2 3 4 5 6 7 8 9 ");
    }

    @Test
    void piecesWithoutEndAreBroughtToOne() {
        var delivery = deliver(RAW, _ -> inPieces(), token -> piece(token, Integer.MAX_VALUE), "");

        assertThatThrownBy(() -> text(delivery))
                .isInstanceOf(DeliveryException.class)
                .hasMessageContaining("at most 1000 pieces");
    }

    @Test
    void aPieceThatMakesNoSenseBreaksTheBodyOff() {
        var delivery = deliver(
                RAW,
                _ -> inPieces(),
                token -> token.field("at").toBigInteger().intValueExact() < 6 ? piece(token, 10) : Value.nat(1),
                "");

        assertThatThrownBy(() -> text(delivery)).isInstanceOf(DeliveryException.class);
    }

    @Test
    void aCallbackOfAnotherCanisterIsRefused() {
        var other = Principal.ofCanisterNumber(8);
        var delivery = deliver(
                RAW,
                _ -> answer(200, new byte[0], List.of()).with("streaming_strategy", strategy(other, Value.nat(0))));

        assertThat(delivery.status()).isEqualTo(502);
        assertThat(text(delivery)).contains("must be a method of the canister itself");
    }

    @Test
    void aBodyInProvenPartsIsPutTogether() {
        var parts = List.of("The first part, ", "the second part, ", "and the last.");
        var whole = String.join("", parts);
        for (int i = 0; i < parts.size(); i++) {
            site.with(LONG, EVERYTHING, answerHash(206, partHeaders(parts, i), utf8(parts.get(i))));
        }

        var delivery = deliver(PAGE, request -> part(parts, request));
        assertThat(delivery.status()).isEqualTo(200);
        assertThat(delivery.headers()).extracting(HeaderField::name).doesNotContain("content-range");
        assertThat(((Delivery.Body.InPieces) delivery.body()).length()).hasValue(whole.length());
        assertThat(text(delivery)).isEqualTo(whole);

        var forged = new ArrayList<>(parts);
        forged.set(1, "THE SECOND PART, ");
        var broken = deliver(PAGE, request -> part(forged, request));
        assertThatThrownBy(() -> text(broken)).hasMessageContaining("This answer is not certified");
    }

    private static List<HeaderField> partHeaders(List<String> parts, int number) {
        int first = parts.subList(0, number).stream().mapToInt(String::length).sum();
        int total = parts.stream().mapToInt(String::length).sum();
        return List.of(
                new HeaderField("IC-CertificateExpression", EVERYTHING),
                new HeaderField(
                        "Content-Range",
                        "bytes " + first + "-" + (first + parts.get(number).length() - 1) + "/" + total));
    }

    private Value part(List<String> parts, Value request) {
        var from = request.field("headers").items().stream()
                .map(header -> ((Value.Record) header).fields())
                .filter(fields -> fields.get(0).value().toText().equals("Range"))
                .map(fields -> Integer.parseInt(fields.get(1).value().toText().replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
        int number = 0;
        for (int at = 0; at < from; number++) {
            at += parts.get(number).length();
        }
        var headers = new ArrayList<>(partHeaders(parts, number));
        headers.add(site.proof(LONG, List.of(decant.protocol.Label.path(LONG.toArray()))));
        return answer(206, utf8(parts.get(number)), headers);
    }

    @Test
    void partsThatDoNotFitAreNotPutTogether() {
        var headers = List.of(new HeaderField("Content-Range", "bytes 0-9/1000000000000"));
        var endless = deliver(RAW, _ -> answer(206, utf8("0123456789"), headers));

        assertThatThrownBy(() -> text(endless)).hasMessageContaining("should go on at byte 10");
        assertThat(text(deliver(RAW, _ -> answer(206, utf8("0123"), headers)))).contains("in 4 bytes");
        assertThat(text(deliver(RAW, _ -> answer(206, utf8("0123"), List.of()))))
                .contains("found nothing");
    }

    @ParameterizedTest
    @CsvSource({"'a b', c", "'', c", "a, 'b\r\nSet-Cookie: x'", "a, 'b\nc'", "'a:', c", "a, '\u0000'", "a, '\u0100'"})
    void aHeaderThatCouldEndTheHeadersIsRefused(String name, String value) {
        var delivery = deliver(RAW, _ -> answer(200, new byte[0], List.of(new HeaderField(name, value))));

        assertThat(delivery.status()).isEqualTo(502);
        assertThat(text(delivery)).contains("characters that HTTP does not allow");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 199, 600, 65_535})
    void aStatusThatIsNoneIsRefused(int status) {
        assertThat(text(deliver(RAW, _ -> answer(status, new byte[0], List.of()))))
                .contains("lies in 200..599");
    }

    @Test
    void whatSpeaksOfTheConnectionIsNotPassedOn() {
        var headers = List.of(
                new HeaderField("Transfer-Encoding", "chunked"),
                new HeaderField("content-length", "3"),
                new HeaderField("Connection", "close"),
                new HeaderField("X-Other", "kept"));

        assertThat(deliver(RAW, _ -> answer(200, utf8("body"), headers)).headers())
                .containsExactly(new HeaderField("X-Other", "kept"));
    }

    @Test
    void versionOneDoesNotCoverRedirectionsNorCanistersThatKnowVersionTwo() {
        byte[] body = utf8("old");
        site.with(Hash.sha256(body).bytes(), "http_assets", "/long");
        var proof = site.proofOfBody(List.of(decant.protocol.Label.path("http_assets", "/long")));
        var headers = List.of(proof, new HeaderField("Cache-Control", "max-age=999"));

        var shown = deliver(PAGE, _ -> answer(200, body, headers));
        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.headers()).containsExactly(proof);
        assertThat(text(deliver(PAGE, _ -> answer(301, body, headers)))).contains("it is a redirection");
        assertThat(text(deliver(PAGE, _ -> answer(200, body, headers), _ -> Value.record(), "1, 2")))
                .contains("the canister says that it supports version 2");
    }

    @Test
    void whoeverTakesOnlyEncodingsIsGivenThePlainBodyToo() {
        var seen = new ArrayList<Value>();
        var request = REQUEST.withHeader("Accept-Encoding", "gzip, br");
        new Gateway(
                        new Scripted(
                                asked -> {
                                    seen.add(asked);
                                    return answer(200, new byte[0], List.of());
                                },
                                asked -> asked,
                                ""),
                        site.verification(),
                        "localhost")
                .serve(RAW, request);

        assertThat(seen.getFirst().toString()).contains("gzip, br, identity");
        assertThat(seen.getFirst().field("certificate_version").optional()).contains(Value.nat16(2));
    }

    @Test
    void anAnswerThatIsNoneIsExplained() {
        assertThat(text(deliver(RAW, _ -> Value.text("hello")))).contains("The canister's answer makes no sense");
        var page = new Gateway(new Scripted(_ -> Value.nat(1), x -> x, ""), site.verification(), "localhost")
                .serve(RAW, REQUEST.withHeader("Accept", "text/html"));
        assertThat(text(page)).startsWith("<!doctype html>").contains("http_request");
    }
}

package decant.server.gateway;

import static decant.server.gateway.CertifiedSite.CANISTER;
import static decant.server.gateway.CertifiedSite.EVERYTHING;
import static decant.server.gateway.CertifiedSite.NOTHING;
import static decant.server.gateway.CertifiedSite.NOW;
import static decant.server.gateway.CertifiedSite.answerHash;
import static decant.server.gateway.CertifiedSite.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.protocol.BlsSecretKey;
import decant.protocol.Label;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerificationTest {
    private static final List<String> ABOUT = List.of("http_expr", "about", "<$>");
    private static final List<String> ANYTHING = List.of("http_expr", "<*>");
    private static final byte[] BODY = utf8("<h1>About us</h1>");
    private static final List<HeaderField> HEADERS = List.of(
            new HeaderField("Content-Type", "text/html"),
            new HeaderField("Cache-Control", "no-store"),
            new HeaderField("IC-CertificateExpression", EVERYTHING));

    private final CertifiedSite site = new CertifiedSite().with(ABOUT, EVERYTHING, answerHash(200, HEADERS, BODY));

    private static PageRequest get(String url) {
        return new PageRequest("GET", url, List.of(), new byte[0]);
    }

    private static PageAnswer answer(int status, List<HeaderField> headers, HeaderField proof, byte[] body) {
        var all = new ArrayList<>(headers);
        all.add(proof);
        return new PageAnswer(status, all, body, false, Optional.empty());
    }

    private static List<List<byte[]>> paths(List<String> path) {
        return List.of(Label.path(path.toArray()));
    }

    private PageAnswer about() {
        return answer(200, HEADERS, site.proof(ABOUT, paths(ABOUT)), BODY);
    }

    private Verdict verdict(PageRequest request, PageAnswer answer) {
        return site.verification().verify(CANISTER, request, answer, NOW);
    }

    private static void assertRefused(Verdict verdict, String reason) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.reason()).contains(reason));
    }

    @Test
    void anAnswerAsItWasCertifiedIsProvenWithItsHeaders() {
        assertThat(verdict(get("/about?from=home"), about()))
                .isInstanceOfSatisfying(
                        Verdict.Certified.class,
                        certified -> assertThat(certified.headers())
                                .extracting(HeaderField::name)
                                .containsExactly(
                                        "content-type", "cache-control", "ic-certificateexpression", "IC-Certificate"));
        assertThat(verdict(get("/%61bout"), about())).isInstanceOf(Verdict.Certified.class);
    }

    @Test
    void aChangedBodyStatusOrHeaderIsNot() {
        var proof = site.proof(ABOUT, paths(ABOUT));
        var otherType = List.of(new HeaderField("Content-Type", "text/plain"), HEADERS.get(1), HEADERS.get(2));
        var oneMore = new ArrayList<>(HEADERS);
        oneMore.add(new HeaderField("Set-Cookie", "id=1"));

        var reason = "what was answered is not what is certified";
        assertRefused(verdict(get("/about"), answer(200, HEADERS, proof, utf8("<h1>Them</h1>"))), reason);
        assertRefused(verdict(get("/about"), answer(201, HEADERS, proof, BODY)), reason);
        assertRefused(verdict(get("/about"), answer(200, otherType, proof, BODY)), reason);
        assertRefused(verdict(get("/about"), answer(200, HEADERS.subList(1, 3), proof, BODY)), reason);
        assertRefused(verdict(get("/about"), answer(200, oneMore, proof, BODY)), reason);
    }

    @Test
    void theAnswerToAnotherPathIsNot() {
        assertRefused(verdict(get("/contact"), about()), "not for [http_expr, contact, <$>]");
        assertRefused(verdict(get("/about/"), about()), "not for [http_expr, about, , <$>]");
    }

    @Test
    void anExpressionThatIsNotInTheWitnessIsNot() {
        var headers = List.of(HEADERS.get(0), HEADERS.get(1), new HeaderField("IC-CertificateExpression", NOTHING));

        assertRefused(
                verdict(get("/about"), answer(200, headers, site.proof(ABOUT, paths(ABOUT)), BODY)),
                "the witness does not show the expression default_certification");
    }

    @Test
    void aWitnessThatHidesTheAnswerIsNot() {
        assertRefused(
                verdict(get("/about"), answer(200, HEADERS, site.proof(ABOUT, List.of()), BODY)),
                "the witness does not show the path [http_expr, about, <$>]");
    }

    @Test
    void thePageForEverythingElseIsProvenOnlyWhereNothingElseIs() {
        site.with(ANYTHING, EVERYTHING, answerHash(404, HEADERS, BODY));
        var shown = List.of(Label.path("http_expr", "contact"), Label.path(ANYTHING.toArray()));

        assertThat(verdict(get("/contact"), answer(404, HEADERS, site.proof(ANYTHING, shown), BODY)))
                .isInstanceOf(Verdict.Certified.class);
        assertRefused(
                verdict(get("/contact"), answer(404, HEADERS, site.proof(ANYTHING, paths(ANYTHING)), BODY)),
                "does not prove that there is nothing at [http_expr, contact, <$>], which is more specific");
        var about = List.of(Label.path(ABOUT.toArray()), Label.path(ANYTHING.toArray()));
        assertRefused(
                verdict(get("/about"), answer(404, HEADERS, site.proof(ANYTHING, about), BODY)),
                "nothing at [http_expr, about, <$>]");
    }

    @Test
    void aMoreSpecificWildcardMustBeShownAbsentToo() {
        var articles = List.of("http_expr", "news", "<*>");
        site.with(ANYTHING, EVERYTHING, answerHash(404, HEADERS, BODY))
                .with(articles, EVERYTHING, answerHash(200, HEADERS, BODY));
        var shown = List.of(Label.path("http_expr", "news"), Label.path(ANYTHING.toArray()));

        assertThat(verdict(get("/news/today"), answer(200, HEADERS, site.proof(articles, shown), BODY)))
                .isInstanceOf(Verdict.Certified.class);
        assertRefused(
                verdict(get("/news/today"), answer(404, HEADERS, site.proof(ANYTHING, shown), BODY)),
                "nothing at [http_expr, news, <*>]");
        assertRefused(
                verdict(get("/old/today"), answer(200, HEADERS, site.proof(articles, shown), BODY)),
                "which [old, today] is not");
    }

    @Test
    void anExemptPathNeedsNoProofOfItsAnswer() {
        site.with(List.of("http_expr", "api", "<*>"), NOTHING);
        var proof = site.proof(List.of("http_expr", "api", "<*>"), paths(List.of("http_expr", "api")));
        var headers = List.of(new HeaderField("IC-CertificateExpression", NOTHING));

        assertThat(verdict(get("/api/time"), answer(200, headers, proof, utf8("12:00"))))
                .isInstanceOf(Verdict.Exempt.class);
        assertRefused(verdict(get("/about"), answer(200, headers, proof, utf8("12:00"))), "does not prove");
    }

    @Test
    void aCertifiedRequestMustBeTheOneThatWasMade() {
        var expression = "default_certification(ValidationArgs{certification:Certification{"
                + "request_certification:RequestCertification{certified_request_headers:[\"accept\"],"
                + "certified_query_parameters:[\"q\"]},response_certification:ResponseCertification{"
                + "certified_response_headers:ResponseHeaderList{headers:[]}}}})";
        var parts = new Expression.RequestParts(List.of("accept"), List.of("q"));
        var request = get("/search?q=tea&page=2").withHeader("Accept", "text/html");
        var headers = List.of(new HeaderField("IC-CertificateExpression", expression));
        var path = List.of("http_expr", "search", "<$>");
        site.with(
                path,
                expression,
                PageHash.ofRequest(request, parts).bytes(),
                answerHash(200, headers, BODY).bytes());
        var found = answer(200, headers, site.proof(path, paths(path)), BODY);

        assertThat(verdict(request, found)).isInstanceOf(Verdict.Certified.class);
        assertThat(verdict(get("/search?page=3&q=tea").withHeader("accept", "text/html"), found))
                .isInstanceOf(Verdict.Certified.class);
        var reason = "what was answered is not what is certified";
        assertRefused(verdict(get("/search?q=coffee").withHeader("Accept", "text/html"), found), reason);
        assertRefused(verdict(get("/search?q=tea"), found), reason);
        assertRefused(verdict(new PageRequest("POST", request.url(), request.headers(), new byte[0]), found), reason);
    }

    @Test
    void aHeaderThatIsNotCertifiedIsNotShown() {
        var expression = "default_certification ( ValidationArgs { certification: Certification { "
                + "no_request_certification: Empty {}, response_certification: ResponseCertification { "
                + "certified_response_headers: ResponseHeaderList { headers: [ \"Content-Type\", ] } } } } )";
        var certified = List.of(
                new HeaderField("Content-Type", "text/html"), new HeaderField("IC-CertificateExpression", expression));
        site.with(ABOUT, expression, answerHash(200, certified, BODY));
        var headers = new ArrayList<>(certified);
        headers.add(new HeaderField("Set-Cookie", "id=1"));

        assertThat(verdict(get("/about"), answer(200, headers, site.proof(ABOUT, paths(ABOUT)), BODY)))
                .isInstanceOfSatisfying(
                        Verdict.Certified.class,
                        found -> assertThat(found.headers())
                                .extracting(HeaderField::name)
                                .doesNotContain("set-cookie", "Set-Cookie"));
    }

    @Test
    void theCertificateMustBeFreshByTheRootKeyAndAboutTheCanister() {
        var stranger = new Verification(
                BlsSecretKey.fromSeed(utf8("another seed of at least 32 bytes")).publicKey());
        var other = Principal.ofCanisterNumber(8);

        assertRefused(stranger.verify(CANISTER, get("/about"), about(), NOW), "not by the expected key");
        assertRefused(site.verification().verify(other, get("/about"), about(), NOW), "the certificate proves nothing");
        site.certifiedAt(NOW - Verification.AGE_NANOS_MAX - 1);
        assertRefused(verdict(get("/about"), about()), "the certificate is 300 seconds old");
        site.certifiedAt(NOW + Verification.AGE_NANOS_MAX + 1);
        assertRefused(verdict(get("/about"), about()), "the certificate is 300 seconds ahead");
        site.certifiedAt(NOW - Verification.AGE_NANOS_MAX);
        assertThat(verdict(get("/about"), about())).isInstanceOf(Verdict.Certified.class);
    }

    @Test
    void theWitnessMustBeOfTheCertifiedData() {
        var proof = new CertifiedSite()
                .with(ABOUT, EVERYTHING, answerHash(200, HEADERS, utf8("forged")))
                .proof(ABOUT, paths(ABOUT));
        var genuine = site.proof(ABOUT, paths(ABOUT)).value();
        var mixed = genuine.replaceFirst("tree=:[^:]*:", "tree=" + field(proof.value(), "tree"));

        assertRefused(
                verdict(get("/about"), answer(200, HEADERS, new HeaderField("IC-Certificate", mixed), utf8("forged"))),
                "the witness has another root hash than the canister's certified data");
    }

    private static String field(String header, String name) {
        int start = header.indexOf(name + "=") + name.length() + 1;
        return header.substring(start, header.indexOf(':', start + 1) + 1);
    }

    @Test
    void inTheFirstVersionTheBodyAloneIsProven() {
        site.with(Hash.sha256(BODY).bytes(), "http_assets", "/old.html");
        var proof = site.proofOfBody(List.of(Label.path("http_assets", "/old.html")));

        assertThat(verdict(get("/old.html?x=y"), answer(200, HEADERS, proof, BODY)))
                .isInstanceOf(Verdict.BodyCertified.class);
        assertRefused(verdict(get("/old.html"), answer(200, HEADERS, proof, utf8("forged"))), "another hash");
        assertRefused(
                verdict(get("/other.html"), answer(200, HEADERS, proof, BODY)), "neither http_assets /other.html");
    }

    @Test
    void inTheFirstVersionThePackedAndThePlainBodyAreProvenByThePlainOne() {
        site.with(Hash.sha256(BODY).bytes(), "http_assets", "/index.html");
        var proof = site.proofOfBody(List.of(Label.path("http_assets", "/index.html")));
        var gzip = List.of(new HeaderField("Content-Encoding", "gzip"));

        assertThat(verdict(get("/app/route"), answer(200, gzip, proof, gzipped(BODY))))
                .isInstanceOf(Verdict.BodyCertified.class);
        assertRefused(verdict(get("/"), answer(200, gzip, proof, BODY)), "the body is not gzip");
        assertRefused(
                verdict(get("/"), answer(200, gzip, proof, gzipped(new byte[(1 << 28) + 1]))),
                "more than 268435456 bytes when unpacked");
    }

    private static byte[] gzipped(byte[] body) {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tree=:gQA=:                               | has no field certificate",
                "certificate=:?:, tree=:gQA=:              | is not Base64",
                "certificate=:gQA=:, tree=:gQA=:           | is malformed",
                "certificate=:gQA=:, tree=:gQA=:, version=x | is malformed",
            })
    void aProofThatIsNoneIsRefusedWithItsFault(String header, String reason) {
        var answer = answer(200, HEADERS, new HeaderField("IC-Certificate", header), BODY);

        assertRefused(verdict(get("/about"), answer), reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "certification",
                "default_certification()",
                "default_certification(ValidationArgs{})",
                "default_certification(ValidationArgs{no_certification:Empty{},certification:Certification{}})",
                "default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{}}})",
                "default_certification(ValidationArgs{no_certification:Empty{}}",
                "default_certification(ValidationArgs{no_certification:Empty{}})x",
                "default_certification([[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                "default_certification(\"no end)"
            })
    void anExpressionThatMakesNoSenseIsRefused(String expression) {
        var headers = List.of(new HeaderField("IC-CertificateExpression", expression));

        assertRefused(
                verdict(get("/about"), answer(200, headers, site.proof(ABOUT, paths(ABOUT)), BODY)),
                "the header IC-CertificateExpression makes no sense");
    }

    @Test
    void theHashesAreThoseOfOtherImplementations() {
        var request = new PageRequest(
                "POST",
                "/?q=hello+world&name=foo&name=bar&color=purple",
                List.of(
                        new HeaderField("Accept-Language", "en"),
                        new HeaderField("Accept-Language", "en-US"),
                        new HeaderField("Host", "https://ic0.app")),
                new byte[] {0, 1, 2, 3, 4, 5, 6});

        assertThat(PageHash.ofRequest(request, new Expression.RequestParts(List.of("host"), List.of("q", "name")))
                        .hex())
                .isEqualTo("3ade1c9054f05bc8bcebd3fd7b884078a6e67c63e5ac4a639fa46a47f5a955c9");
        assertThat(PageHash.ofRequest(request, new Expression.RequestParts(List.of("host"), List.of()))
                        .hex())
                .isEqualTo("10796453466efb3e333891136b8a5931269f77e40ead9d437fcee94a02fa833c");
    }
}

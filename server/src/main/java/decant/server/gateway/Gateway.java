package decant.server.gateway;

import decant.base.Principal;
import decant.protocol.BlsPublicKey;
import decant.replica.Replica;
import decant.server.gateway.Addresses.Address;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Answers browsers with what canisters answer, as far as these prove it.
///
/// A body that comes in more pieces than are put together here cannot be checked before its first byte is on its way,
/// so it is passed on as it comes, as other gateways do.
public final class Gateway {
    /// How many pieces are put together and checked.
    private static final int PIECES_CHECKED_MAX = 4;

    private static final int PIECES_MAX = 1_000;

    /// What a gateway says itself, or what speaks of one connection alone.
    private static final Set<String> NOT_PASSED_ON = Set.of(
            "connection",
            "content-length",
            "keep-alive",
            "proxy-authenticate",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private final Canisters canisters;
    private final Verification verification;
    private final String domain;

    /// A gateway in front of one replica.
    ///
    /// @param domain the domain whose subdomains are canisters, as pages tell it to people
    public Gateway(Replica replica, int ingressBytesMax, String domain) {
        this(
                new AnonymousCaller(replica, ingressBytesMax),
                new Verification(BlsPublicKey.fromDer(replica.status().rootKeyDer())),
                domain);
    }

    Gateway(Canisters canisters, Verification verification, String domain) {
        this.canisters = canisters;
        this.verification = verification;
        this.domain = domain;
    }

    /// {@return the answer, whatever it is}
    public Delivery serve(Address.OfCanister address, PageRequest request) {
        try {
            return new Visit(address.canister(), address.raw(), passedOn(request)).delivery();
        } catch (DeliveryException e) {
            return ErrorPage.of(e, request.prefersHtml());
        }
    }

    /// {@return the page for a host that belongs to nobody}
    public static Delivery nobody(Address.Unknown address, PageRequest request) {
        var failure = new DeliveryException(
                404,
                "Nobody is called " + address.name() + " here",
                "The host " + address.host() + " should begin with the id or the name of a canister on this node. "
                        + "`decant list` shows all of them.");
        return ErrorPage.of(failure, request.prefersHtml());
    }

    /// {@return the page for more requests than this node takes}
    public static Delivery busy(PageRequest request) {
        var failure = new DeliveryException(
                429,
                "This node is busy",
                "It is at work on as many bytes of requests as it takes; ask again a little later.");
        return ErrorPage.of(failure, request.prefersHtml());
    }

    /// {@return the page for a request that is larger than this node takes}
    public static Delivery tooLarge(PageRequest request, int bytesMax) {
        var failure =
                new DeliveryException(413, "The request is too large", "A request has at most " + bytesMax + " bytes.");
        return ErrorPage.of(failure, request.prefersHtml());
    }

    /// {@return the page for a fault of this node}
    public static Delivery failed(PageRequest request) {
        var failure =
                new DeliveryException(500, "This node failed to answer", "Its operator finds the reason in the log.");
        return ErrorPage.of(failure, request.prefersHtml());
    }

    /// Canisters choose among the encodings that they hold, and every browser takes a body as it is.
    private static PageRequest passedOn(PageRequest request) {
        var headers = new ArrayList<HeaderField>();
        for (var header : request.headers()) {
            boolean namesEncodings = header.isNamed("accept-encoding")
                    && !header.value().toLowerCase(Locale.ROOT).contains("identity");
            headers.add(namesEncodings ? new HeaderField(header.name(), header.value() + ", identity") : header);
        }
        return new PageRequest(request.method(), request.url(), headers, request.body());
    }

    /// One request on its way through a canister.
    private final class Visit {
        private final Principal canister;
        private final boolean raw;
        private final PageRequest request;

        Visit(Principal canister, boolean raw, PageRequest request) {
            this.canister = canister;
            this.raw = raw;
            this.request = request;
        }

        Delivery delivery() {
            var queried = query(request);
            if (queried.upgrade()) {
                var called = PageInterface.answer(
                        canister,
                        PageInterface.UPDATE_METHOD,
                        canisters.update(canister, PageInterface.UPDATE_METHOD, PageInterface.updateArgument(request)));
                // The reply of a call is certified by the node itself.
                return delivered(called.status(), called.headers(), collected(called));
            }
            var found = collected(queried);
            boolean isChecked = !raw && found.next().isEmpty();
            var headers = isChecked ? checkedHeaders(request, queried.withBody(found.bytes())) : queried.headers();
            return queried.status() == 206
                            && !request.asksForRange()
                            && found.next().isEmpty()
                    ? inRanges(headers, found.bytes())
                    : delivered(queried.status(), headers, found);
        }

        private PageAnswer query(PageRequest question) {
            return PageInterface.answer(
                    canister,
                    PageInterface.QUERY_METHOD,
                    canisters.query(canister, PageInterface.QUERY_METHOD, PageInterface.queryArgument(question)));
        }

        /// The start of a body, or all of it, and where the rest is.
        private record Found(byte[] bytes, Optional<PageAnswer.Continuation> next) {}

        private Found collected(PageAnswer answer) {
            if (answer.continuation().isEmpty()) {
                return new Found(answer.body(), Optional.empty());
            }
            var body = new ByteArrayOutputStream();
            body.writeBytes(answer.body());
            var next = answer.continuation();
            for (int pieces = 0; next.isPresent() && pieces < PIECES_CHECKED_MAX; pieces++) {
                var piece = piece(next.get());
                body.writeBytes(piece.body());
                next = PageInterface.next(next.get(), piece);
            }
            return new Found(body.toByteArray(), next);
        }

        private PageAnswer.Piece piece(PageAnswer.Continuation at) {
            return PageInterface.piece(
                    at.method(), canisters.query(canister, at.method(), PageInterface.callbackArgument(at.token())));
        }

        /// {@return the headers that may be shown of an answer that is proven}
        private List<HeaderField> checkedHeaders(PageRequest question, PageAnswer answer) {
            return switch (verification.verify(canister, question, answer, canisters.nowNanos())) {
                case Verdict.Certified(var headers) -> headers;
                case Verdict.Exempt _ -> answer.headers();
                case Verdict.BodyCertified _ -> {
                    requireVersion1(answer);
                    yield answer.headers().stream()
                            .filter(header -> !header.isNamed("cache-control"))
                            .toList();
                }
                case Verdict.Refused(var reason) -> throw refused(reason);
            };
        }

        /// Version 1 proves a body and nothing more.
        private void requireVersion1(PageAnswer answer) {
            if (answer.status() >= 300 && answer.status() < 400) {
                throw refused("it is a redirection, which version 1 of certification does not cover");
            }
            boolean knowsBetter = canisters
                    .metadata(canister, "supported_certificate_versions")
                    .filter(versions ->
                            List.of(versions.strip().split("\\s*,\\s*")).contains("2"))
                    .isPresent();
            if (knowsBetter) {
                throw refused("it is certified in version 1, while the canister says that it supports version 2");
            }
        }

        private DeliveryException refused(String reason) {
            return new DeliveryException(
                    502,
                    "This answer is not certified",
                    "Canister " + canister
                            + " answered, but nothing proves that the answer is the one that it certified: " + reason
                            + ".\nThe host " + canister + ".raw." + domain + " shows answers without proof.");
        }

        private Delivery delivered(int status, List<HeaderField> headers, Found found) {
            var body = found.next()
                    .<Delivery.Body>map(next ->
                            new Delivery.Body.InPieces(found.bytes(), OptionalLong.empty(), new CallbackPieces(next)))
                    .orElseGet(() -> new Delivery.Body.Whole(found.bytes()));
            return new Delivery(status, shown(headers, Set.of()), body);
        }

        /// {@return the whole body in the place of the part that the canister sent although nobody asked for a part}
        private Delivery inRanges(List<HeaderField> headers, byte[] first) {
            var range = ContentRange.of(headers);
            var body = new Delivery.Body.InPieces(
                    first, OptionalLong.of(range.total()), new RangePieces(range.next(0, first), range.total()));
            return new Delivery(200, shown(headers, Set.of("content-range")), body);
        }

        private static List<HeaderField> shown(List<HeaderField> headers, Set<String> hidden) {
            return headers.stream()
                    .filter(header -> !NOT_PASSED_ON.contains(header.lowerCaseName()))
                    .filter(header -> !hidden.contains(header.lowerCaseName()))
                    .toList();
        }

        /// The pieces that follow by callbacks.
        private final class CallbackPieces implements Delivery.Pieces {
            private Optional<PageAnswer.Continuation> next;
            private int pieces = PIECES_CHECKED_MAX;

            CallbackPieces(PageAnswer.Continuation next) {
                this.next = Optional.of(next);
            }

            @Override
            public Optional<byte[]> next() {
                if (next.isEmpty()) {
                    return Optional.empty();
                }
                requireNotTooMany(++pieces);
                var piece = piece(next.get());
                next = PageInterface.next(next.get(), piece);
                return Optional.of(piece.body());
            }
        }

        /// The pieces that follow by requests for ranges, each of them proven.
        private final class RangePieces implements Delivery.Pieces {
            private final long total;
            private long at;
            private int pieces;

            RangePieces(long at, long total) {
                this.at = at;
                this.total = total;
            }

            @Override
            public Optional<byte[]> next() {
                if (at >= total) {
                    return Optional.empty();
                }
                requireNotTooMany(++pieces);
                var question = request.withHeader("Range", "bytes=" + at + "-");
                var answer = query(question);
                var headers = raw ? answer.headers() : checkedHeaders(question, answer);
                var range = ContentRange.of(headers);
                if (range.total() != total || answer.continuation().isPresent()) {
                    throw DeliveryException.badAnswer("The parts of the body do not belong together.");
                }
                long next = range.next(at, answer.body());
                byte[] part = range.from(at, answer.body());
                at = next;
                return Optional.of(part);
            }
        }
    }

    private static void requireNotTooMany(int pieces) {
        if (pieces > PIECES_MAX) {
            throw DeliveryException.badAnswer("A body has at most " + PIECES_MAX + " pieces.");
        }
    }
}

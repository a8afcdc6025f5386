package decant.server;

import decant.server.gateway.Addresses.Address;
import decant.server.gateway.Delivery;
import decant.server.gateway.DeliveryException;
import decant.server.gateway.Gateway;
import decant.server.gateway.HeaderField;
import decant.server.gateway.PageRequest;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.OptionalLong;

/// The way of a page between the HTTP library and the gateway.
final class Pages {
    private static final System.Logger LOG = System.getLogger(Pages.class.getName());

    /// What a query can answer.
    private static final int PIECE_BYTES_MAX = 3 << 20;

    private final Gateway gateway;
    private final ServerConfig config;
    private final BodyBudget budget;
    private final BodyBudget replies;
    private final Deadlines deadlines;

    Pages(Gateway gateway, ServerConfig config, BodyBudget budget, BodyBudget replies, Deadlines deadlines) {
        this.gateway = gateway;
        this.config = config;
        this.budget = budget;
        this.replies = replies;
        this.deadlines = deadlines;
    }

    /// {@return the status that was sent}
    int serve(Address address, ServerRequest request, ServerResponse response) {
        var delivery = delivery(address, request);
        boolean headOnly = request.prologue().method().text().equals("HEAD");
        try (var share = replies.takeForReply(sizeOf(delivery))) {
            var sent = share.granted() ? delivery : Gateway.busy(pageRequest(request, new byte[0]));
            send(sent, headOnly, response);
            return sent.status();
        }
    }

    private static int sizeOf(Delivery delivery) {
        return switch (delivery.body()) {
            case Delivery.Body.Whole(byte[] bytes) -> bytes.length;
            case Delivery.Body.InPieces pieces -> pieces.first().length + PIECE_BYTES_MAX;
        };
    }

    private Delivery delivery(Address address, ServerRequest request) {
        var announced = request.content().hasEntity() ? request.headers().contentLength() : OptionalLong.of(0);
        long size = announced.orElse(config.bodyBytesMax());
        if (size > config.bodyBytesMax()) {
            return Gateway.tooLarge(pageRequest(request, new byte[0]), config.bodyBytesMax());
        }
        try (var share = budget.take((int) size)) {
            if (!share.granted()) {
                return Gateway.busy(pageRequest(request, new byte[0]));
            }
            byte[] body = HttpServer.bodyOf(request, config.bodyBytesMax(), deadlines);
            var page = pageRequest(request, body);
            return body.length > config.bodyBytesMax()
                    ? Gateway.tooLarge(page, config.bodyBytesMax())
                    : delivery(address, page);
        }
    }

    private Delivery delivery(Address address, PageRequest page) {
        try {
            return switch (address) {
                case Address.OfCanister ofCanister -> gateway.serve(ofCanister, page);
                case Address.Unknown unknown -> Gateway.nobody(unknown, page);
                case Address.OfNode _ -> throw new AssertionError("BUG: the node itself has no pages");
            };
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a page failed: " + page.method() + " " + page.url(), e);
            return Gateway.failed(page);
        }
    }

    private static PageRequest pageRequest(ServerRequest request, byte[] body) {
        var headers = new ArrayList<HeaderField>();
        for (var header : request.headers()) {
            header.allValues().forEach(value -> headers.add(new HeaderField(header.name(), value)));
        }
        var prologue = request.prologue();
        var query = prologue.query().rawValue();
        var url = prologue.uriPath().rawPath() + (query.isEmpty() ? "" : "?" + query);
        return new PageRequest(prologue.method().text(), url, headers, body);
    }

    private void send(Delivery delivery, boolean headOnly, ServerResponse response) {
        response.status(delivery.status());
        for (var header : delivery.headers()) {
            response.headers().add(HeaderValues.create(HeaderNames.create(header.name()), header.value()));
        }
        boolean hasNoBody = delivery.status() == 204 || delivery.status() == 304;
        if (hasNoBody) {
            sendHead(response, OptionalLong.empty());
            return;
        }
        switch (delivery.body()) {
            case Delivery.Body.Whole(byte[] bytes) when headOnly -> sendHead(response, OptionalLong.of(bytes.length));
            case Delivery.Body.Whole(byte[] bytes) -> during(() -> response.send(bytes));
            case Delivery.Body.InPieces pieces when headOnly -> sendHead(response, pieces.length());
            case Delivery.Body.InPieces pieces -> sendPieces(response, pieces);
        }
    }

    private void sendHead(ServerResponse response, OptionalLong length) {
        length.ifPresent(response::contentLength);
        during(response::send);
    }

    private void sendPieces(ServerResponse response, Delivery.Body.InPieces pieces) {
        pieces.length().ifPresent(response::contentLength);
        try {
            // Closed only when all was written: the client of a body that broke off must see that it did.
            var out = response.outputStream();
            during(() -> out.write(pieces.first()));
            for (var next = pieces.rest().next();
                    next.isPresent();
                    next = pieces.rest().next()) {
                byte[] piece = next.get();
                during(() -> out.write(piece));
            }
            during(out::close);
        } catch (DeliveryException e) {
            throw new CloseConnectionException("the rest of a page cannot be had", e);
        }
    }

    /// What is written to a client.
    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }

    private void during(Writing writing) {
        deadlines.during(() -> {
            try {
                writing.run();
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}

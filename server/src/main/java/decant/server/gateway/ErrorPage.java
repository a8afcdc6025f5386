package decant.server.gateway;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// A page in the place of the one that was asked for, saying why: HTML for people, plain text for programs.
final class ErrorPage {
    private ErrorPage() {}

    static Delivery of(DeliveryException failure, boolean html) {
        return html ? html(failure) : text(failure);
    }

    private static Delivery text(DeliveryException failure) {
        return delivery(failure, "text/plain; charset=utf-8", failure.title() + ".\n" + failure.reason() + "\n");
    }

    private static Delivery html(DeliveryException failure) {
        return delivery(failure, "text/html; charset=utf-8", """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <title>%1$s</title>
                <style>
                body { font: 17px/1.5 system-ui, sans-serif; max-width: 42em; margin: 12vh auto; padding: 0 1em; color: #222 }
                h1 { font-size: 1.4em }
                p { white-space: pre-wrap; overflow-wrap: anywhere }
                small { color: #666 }
                </style>
                </head>
                <body>
                <h1>%1$s</h1>
                <p>%2$s</p>
                <p><small>%3$d, said by the HTTP gateway of this Decant node, not by the canister.</small></p>
                </body>
                </html>
                """.formatted(
                        escaped(failure.title()), escaped(failure.reason()), failure.status()));
    }

    private static Delivery delivery(DeliveryException failure, String contentType, String text) {
        var headers = List.of(
                new HeaderField("Content-Type", contentType),
                new HeaderField("X-Content-Type-Options", "nosniff"),
                new HeaderField("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
                new HeaderField("Cache-Control", "no-store"));
        return new Delivery(failure.status(), headers, new Delivery.Body.Whole(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}

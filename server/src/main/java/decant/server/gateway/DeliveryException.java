package decant.server.gateway;

/// A page that cannot be delivered, and why: a status, and sentences for whoever asked for it.
public final class DeliveryException extends RuntimeException {
    private final int status;
    private final String title;
    private final String reason;

    DeliveryException(int status, String title, String reason) {
        super(title + ": " + reason, null, false, false); // an answer like others: nobody looks at the stack
        this.status = status;
        this.title = title;
        this.reason = reason;
    }

    /// What a canister answered has not the form that it must have.
    static DeliveryException badAnswer(String reason) {
        return new DeliveryException(502, "The canister's answer makes no sense", reason);
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    String reason() {
        return reason;
    }
}

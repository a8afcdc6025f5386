package decant.server.gateway;

/// Why an answer is not proven: lives only inside a [Verification].
final class NotCertifiedException extends RuntimeException {
    NotCertifiedException(String reason) {
        super(reason, null, false, false); // a finding, not a fault: nobody looks at the stack
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}

package decant.server.gateway;

import java.util.List;

/// What came of checking whether a canister vouches for an answer.
sealed interface Verdict {
    /// It vouches for status, body and these headers, in version 2.
    record Certified(List<HeaderField> headers) implements Verdict {
        public Certified {
            headers = List.copyOf(headers);
        }
    }

    /// It vouches for the body alone, in version 1.
    record BodyCertified() implements Verdict {}

    /// It vouches for the fact that whatever is answered here needs no proof.
    record Exempt() implements Verdict {}

    /// It does not, or nobody can tell.
    record Refused(String reason) implements Verdict {}
}

package decant.canister.rehearsal;

import decant.candid.Candid;
import decant.candid.CandidException;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.state.Payload;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/// What a probe was answered, if it was; a canister that called others may wait for them for ever.
record Answer(Probe probe, Optional<Payload> payload, SortedSet<String> callsOut) {
    boolean isReply() {
        return payload.filter(Payload.Reply.class::isInstance).isPresent();
    }

    /// {@return the values of the reply, read at the types if they are known}
    ///
    /// @throws CandidException if the answer is no reply of those types
    List<Value> values(Optional<List<Type>> types) {
        if (!(payload.orElse(null) instanceof Payload.Reply(byte[] data))) {
            throw new CandidException("no reply");
        }
        return types.isPresent() ? Candid.decode(data, types.get(), Quota.DEFAULT) : Candid.decode(data, Quota.DEFAULT);
    }

    /// {@return where the answer of the same call later differs from this one}
    ///
    /// Bytes are compared where this answer itself cannot be read.
    ///
    /// @throws CandidException if the later answer is no reply of the types
    List<Difference> differences(Answer later, Optional<List<Type>> types) {
        List<Value> expected;
        try {
            expected = values(types);
        } catch (CandidException _) {
            return hasSameBytes(later)
                    ? List.of()
                    : List.of(Difference.of(Difference.Kind.CHANGED, "", later.text(types), text(types)));
        }
        return AnswerComparison.of(expected, later.values(types));
    }

    /// {@return where the later answer differs, if it can be read}
    Optional<List<Difference>> readableDifferences(Answer later, Optional<List<Type>> types) {
        try {
            return later.isReply() ? Optional.of(differences(later, types)) : Optional.empty();
        } catch (CandidException _) {
            return Optional.empty();
        }
    }

    private boolean hasSameBytes(Answer later) {
        return payload.orElse(null) instanceof Payload.Reply(byte[] data)
                && later.payload().orElse(null) instanceof Payload.Reply(byte[] other)
                && Arrays.equals(data, other);
    }

    /// {@return the answer for people}
    String text(Optional<List<Type>> types) {
        if (payload.isEmpty()) {
            return "no answer, after calls to " + String.join(", ", callsOut);
        }
        return switch (payload.get()) {
            case Payload.Reject reject -> Difference.shown("rejected, " + reject.errorCode() + ": " + reject.message());
            case Payload.Reply(byte[] data) -> {
                try {
                    var values = values(types);
                    yield Difference.shown(values.size() == 1 ? values.getFirst() : Candid.print(values));
                } catch (CandidException _) {
                    yield data.length + " bytes";
                }
            }
        };
    }
}

package decant.canister.state;

import java.util.Optional;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// The requests of canisters to servers outside that are under way, by their numbers.
///
/// @param next the number of the next one; none is used twice
/// @param bytesHeld what all of them occupy
public record Outcalls(PSortedMap<Long, Outcall> underWay, long next, long bytesHeld) {
    public static final Outcalls NONE = new Outcalls(TreePMap.empty(), 0, 0);

    /// How many may be under way.
    public static final int COUNT_MAX = 3_000;

    /// How much those that are under way may occupy.
    public static final long BYTES_MAX = 256L << 20;

    /// How much of that those of one canister may occupy.
    public static final long BYTES_OF_A_CANISTER_MAX = 64L << 20;

    public boolean hasRoomFor(Outcall outcall) {
        return underWay.size() < COUNT_MAX && bytesHeld + outcall.bytes() <= BYTES_MAX;
    }

    /// {@return whether the canister that makes it has some of its share left}
    public boolean hasShareFor(Outcall outcall) {
        var canister = outcall.origin().caller();
        long own = underWay.values().stream()
                .filter(other -> other.origin().caller().equals(canister))
                .mapToLong(Outcall::bytes)
                .sum();
        return own + outcall.bytes() <= BYTES_OF_A_CANISTER_MAX;
    }

    public Outcalls plus(Outcall outcall) {
        return new Outcalls(underWay.plus(next, outcall), next + 1, bytesHeld + outcall.bytes());
    }

    public Outcalls minus(long number) {
        return find(number)
                .map(outcall -> new Outcalls(underWay.minus(number), next, bytesHeld - outcall.bytes()))
                .orElse(this);
    }

    public Optional<Outcall> find(long number) {
        return Optional.ofNullable(underWay.get(number));
    }
}

package decant.candid;

/// Counts what one decoding or comparison has spent of its [Quota].
final class Meter {
    private final Quota quota;
    private long costLeft;
    private int depth;

    Meter(Quota quota) {
        this.quota = quota;
        this.costLeft = quota.costMax();
    }

    void charge(long cost) {
        if (cost > costLeft) {
            throw new CandidException("this takes more than the limit of " + quota.costMax()
                    + " steps: it describes far more values or types than its size suggests");
        }
        costLeft -= cost;
    }

    /// Gives up now if reading `count` values would cost too much; reading them is charged one by one.
    void requireValues(long count) {
        if (count > costLeft / Quota.VALUE_COST) {
            charge(Long.MAX_VALUE);
        }
    }

    void enter() {
        if (++depth > quota.depthMax()) {
            throw new CandidException("values nest deeper than the limit of " + quota.depthMax() + " levels");
        }
    }

    void leave() {
        depth--;
    }

    int depth() {
        return depth;
    }

    /// Takes the depth back to what it was before an abandoned attempt.
    void restoreDepth(int depth) {
        this.depth = depth;
    }
}

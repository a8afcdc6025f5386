package decant.canister;

/// The resident instances: running modules whose memories stay in place between messages, at most so many of them.
public final class Instances implements AutoCloseable {
    public Instances(int instancesMax) {
        if (instancesMax < 2) {
            throw new IllegalArgumentException("at least two resident instances are needed, found " + instancesMax);
        }
    }

    @Override
    public void close() {}
}

package decant.cli.node;

/// What is still to be done if the process is told to end, by Ctrl-C or by a signal, before this is closed.
final class Interruption implements AutoCloseable {
    private final Thread work;

    private Interruption(Thread work) {
        this.work = work;
    }

    static Interruption met(Runnable work) {
        var thread = new Thread(work, "decant-interruption");
        Runtime.getRuntime().addShutdownHook(thread);
        return new Interruption(thread);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(work);
        } catch (IllegalStateException _) {
            // The process is ending already, so the work is being done.
        }
    }
}

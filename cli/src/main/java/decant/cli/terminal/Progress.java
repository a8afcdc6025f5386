package decant.cli.terminal;

import decant.replica.NodeBackup;
import java.io.IOException;
import java.util.function.Function;
import java.util.function.Supplier;

/// One line on a person's terminal that says what is going on, gone when it is over. Without a terminal: nothing.
public final class Progress {
    private static final String ERASE = "\r\033[K";

    private final Surroundings surroundings;

    public Progress(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    public <T> T during(String what, Supplier<T> work) {
        show(what);
        try {
            return work.get();
        } finally {
            clear();
        }
    }

    public void during(String what, Runnable work) {
        show(what);
        try {
            work.run();
        } finally {
            clear();
        }
    }

    /// How far a piece of work has come.
    @FunctionalInterface
    public interface Meter {
        /// Says that so many bytes of all are behind it.
        void at(long bytes);

        /// {@return the meter of a part of the work that begins where so many bytes are behind it}
        default Meter behind(long before) {
            return bytes -> at(before + bytes);
        }
    }

    /// Work that says how far it has come.
    @FunctionalInterface
    public interface Measured {
        void run(Meter meter) throws IOException;
    }

    /// Does the work while a bar shows how far it has come; `bytes` are all of it. Several threads may say so.
    public void measured(String what, long bytes, Measured work) throws IOException {
        var bar = new Bar(what);
        try {
            bar.at(0, bytes);
            work.run(behind -> bar.at(behind, bytes));
        } finally {
            clear();
        }
    }

    /// Does the work while a bar shows how far it has come; the work says how much there is when it knows.
    public <T> T measured(String what, Function<NodeBackup.Progress, T> work) {
        try {
            return work.apply(new Bar(what)::at);
        } finally {
            clear();
        }
    }

    /// A bar that is drawn again whenever another percent is behind.
    private final class Bar {
        private static final int WIDTH = 30;

        private final String what;
        private int percentShown = -1;

        Bar(String what) {
            this.what = what;
        }

        synchronized void at(long bytes, long all) {
            int percent = all == 0 ? 100 : (int) (Math.min(bytes, all) * 100.0 / all);
            if (percent > percentShown) {
                percentShown = percent;
                int filled = percent * WIDTH / 100;
                show(what + " [" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "] " + percent + "%, "
                        + Bytes.shown(Math.min(bytes, all)) + " of " + Bytes.shown(all));
            }
        }
    }

    private void show(String what) {
        if (surroundings.terminal().isPresent()) {
            surroundings.err().print(ERASE + what + " ...");
            surroundings.err().flush();
        }
    }

    private void clear() {
        if (surroundings.terminal().isPresent()) {
            surroundings.err().print(ERASE);
            surroundings.err().flush();
        }
    }
}

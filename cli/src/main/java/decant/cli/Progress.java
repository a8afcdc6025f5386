package decant.cli;

import java.util.function.Supplier;

/// One line on a person's terminal that says what is going on, gone when it is over. Without a terminal: nothing.
final class Progress {
    private static final String ERASE = "\r\033[K";

    private final Surroundings surroundings;

    Progress(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    <T> T during(String what, Supplier<T> work) {
        show(what);
        try {
            return work.get();
        } finally {
            clear();
        }
    }

    void during(String what, Runnable work) {
        show(what);
        try {
            work.run();
        } finally {
            clear();
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

package decant.wasm;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/// A global that lives outside the instance that imports it: of the host, or of another instance.
///
/// The value is one slot, see {@link HostFunction}.
public final class GlobalVariable implements Extern {
    private final GlobalType type;
    private final LongSupplier reader;
    private final LongConsumer writer;

    GlobalVariable(GlobalType type, LongSupplier reader, LongConsumer writer) {
        this.type = type;
        this.reader = reader;
        this.writer = writer;
    }

    /// A global of the host with this value.
    public GlobalVariable(GlobalType type, long value) {
        var cell = new long[] {value};
        this(type, () -> cell[0], changed -> cell[0] = changed);
    }

    public GlobalType type() {
        return type;
    }

    public long get() {
        return reader.getAsLong();
    }

    public void set(long value) {
        writer.accept(value);
    }
}

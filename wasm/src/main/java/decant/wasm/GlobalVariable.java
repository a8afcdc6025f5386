package decant.wasm;

import decant.wasm.run.ImportedVariable;
import decant.wasm.run.InstanceState;
import org.jspecify.annotations.Nullable;

/// A global that lives outside the instance that imports it: of the host, or of another instance.
public final class GlobalVariable implements Extern, ImportedVariable {
    private final GlobalType type;
    private final @Nullable InstanceState owner;
    private final int globalIndex;
    private final long[] slots;

    /// A global of an instance.
    GlobalVariable(GlobalType type, InstanceState owner, int globalIndex) {
        this.type = type;
        this.owner = owner;
        this.globalIndex = globalIndex;
        this.slots = new long[0];
    }

    /// A global of the host with this value, as slots, see {@link HostFunction}.
    public GlobalVariable(GlobalType type, long... slots) {
        if (slots.length != type.type().slots()) {
            throw new IllegalArgumentException(
                    "a " + type.type() + " has " + type.type().slots() + " slots, but there are " + slots.length);
        }
        this.type = type;
        this.owner = null;
        this.globalIndex = -1;
        this.slots = slots.clone();
    }

    public GlobalType type() {
        return type;
    }

    @Override
    public long get(int part, InstanceState reader) {
        return owner == null ? slots[part] : owner.globalFor(reader, globalIndex, part, type.type());
    }

    @Override
    public void set(int part, long slot, InstanceState writer) {
        if (owner == null) {
            slots[part] = slot;
        } else {
            owner.setGlobalFor(writer, globalIndex, part, type.type(), slot);
        }
    }
}

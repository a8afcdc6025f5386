package decant.wasm;

import decant.wasm.run.ImportedVariable;
import decant.wasm.run.InstanceState;
import org.jspecify.annotations.Nullable;

/// A global that lives outside the instance that imports it: of the host, or of another instance.
public final class GlobalVariable implements Extern, ImportedVariable {
    private final GlobalType type;
    private final @Nullable InstanceState owner;
    private final int globalIndex;
    private long value;

    /// A global of an instance.
    GlobalVariable(GlobalType type, InstanceState owner, int globalIndex) {
        this.type = type;
        this.owner = owner;
        this.globalIndex = globalIndex;
    }

    /// A global of the host with this value: a slot, see {@link HostFunction}.
    public GlobalVariable(GlobalType type, long value) {
        this.type = type;
        this.owner = null;
        this.globalIndex = -1;
        this.value = value;
    }

    public GlobalType type() {
        return type;
    }

    @Override
    public long get(InstanceState reader) {
        return owner == null ? value : owner.globalFor(reader, globalIndex, type.type());
    }

    @Override
    public void set(long changed, InstanceState writer) {
        if (owner == null) {
            value = changed;
        } else {
            owner.setGlobalFor(writer, globalIndex, type.type(), changed);
        }
    }
}

package decant.canister;

import decant.canister.state.GlobalValue;
import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.GlobalType;
import decant.wasm.Module;
import decant.wasm.ValueType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Where the lasting globals of a module are among the slots of all its globals.
///
/// The lasting ones are those that are mutable or exported. A snapshot has them in the order of the Internet Computer,
/// which exports every mutable global too and then goes through the exports: first what the module itself exports, in
/// the order of its export section, a global with two names twice; then the other mutable ones, by their indices.
final class GlobalSlots {
    private static final long LOW_32_BITS = 0xFFFF_FFFFL;

    private record Slot(GlobalValue.Type type, int index) {}

    private final List<Slot> slots = new ArrayList<>();

    GlobalSlots(Module module) {
        var exported = new BitSet();
        var lasting = new ArrayList<Integer>();
        for (Export export : module.exports()) {
            if (export.kind() == ExportKind.GLOBAL) {
                exported.set(export.index());
                lasting.add(export.index());
            }
        }
        for (int i = 0; i < module.globalTypes().size(); i++) {
            if (module.globalTypes().get(i).mutable() && !exported.get(i)) {
                lasting.add(i);
            }
        }
        int[] indices = indices(module.globalTypes());
        for (int global : lasting) {
            slots.add(new Slot(type(module.globalTypes().get(global).type()), indices[global]));
        }
    }

    /// {@return the index of each global's first slot}
    private static int[] indices(List<GlobalType> globals) {
        var indices = new int[globals.size()];
        int next = 0;
        for (int i = 0; i < indices.length; i++) {
            indices[i] = next;
            next += globals.get(i).type().slots();
        }
        return indices;
    }

    private static GlobalValue.Type type(ValueType type) {
        return switch (type) {
            case I32 -> GlobalValue.Type.I32;
            case I64 -> GlobalValue.Type.I64;
            case F32 -> GlobalValue.Type.F32;
            case F64 -> GlobalValue.Type.F64;
            case V128 -> GlobalValue.Type.V128;
            case FUNCREF, EXTERNREF ->
                throw new AssertionError("BUG: a canister module with a global of the type " + type);
        };
    }

    /// {@return the types of the lasting globals}
    List<GlobalValue.Type> types() {
        return slots.stream().map(Slot::type).toList();
    }

    /// {@return the values of the lasting globals where `globals` are the slots of all}
    List<GlobalValue> values(long[] globals) {
        return slots.stream()
                .map(slot -> switch (slot.type) {
                    case I32, F32 -> new GlobalValue(slot.type, globals[slot.index] & LOW_32_BITS, 0);
                    case I64, F64 -> new GlobalValue(slot.type, globals[slot.index], 0);
                    case V128 -> new GlobalValue(slot.type, globals[slot.index], globals[slot.index + 1]);
                })
                .toList();
    }

    /// Sets the slots of the lasting globals to `values`, which are of their types.
    void set(long[] globals, List<GlobalValue> values) {
        for (int i = 0; i < slots.size(); i++) {
            var slot = slots.get(i);
            globals[slot.index] = values.get(i).low();
            if (slot.type == GlobalValue.Type.V128) {
                globals[slot.index + 1] = values.get(i).high();
            }
        }
    }
}

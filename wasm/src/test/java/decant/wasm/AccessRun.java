package decant.wasm;

import decant.wasm.run.Raw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// Does every load and store, and tells what came of it and by what it was done.
final class AccessRun {
    private static final int ADDRESS = 11;
    private static final int OFFSET = 5;
    private static final long VALUE = 0x8182_8384_8586_8788L;

    private AccessRun() {}

    public static void main(String[] arguments) {
        System.out.println(Raw.ACCESS.getSimpleName());
        lines().forEach(System.out::println);
    }

    static List<String> lines() {
        var lines = new ArrayList<String>();
        for (boolean is64 : List.of(false, true)) {
            MemoryEdgeTest.accesses().forEach(access -> lines.add(line(access, is64)));
        }
        return lines;
    }

    private static String line(MemoryEdgeTest.Access access, boolean is64) {
        var builder = new WasmBuilder();
        int type = builder.type(access.parameters(is64), access.isStore() ? List.of() : List.of(access.type()));
        if (is64) {
            builder.memory64(1);
        } else {
            builder.memory(1);
        }
        builder.data(
                code -> {
                    if (is64) {
                        code.i64(0);
                    } else {
                        code.i32(0);
                    }
                },
                HexFormat.of().parseHex("f0e1d2c3b4a59687".repeat(8)));
        int function = builder.function(type, code -> access.emit(code, OFFSET));
        var instance = Instance.instantiate(builder.parse(), Imports.none(), InstanceLimits.DEFAULT);
        var slots = new long[ValueType.slots(access.parameters(is64))];
        Arrays.fill(slots, VALUE);
        slots[0] = ADDRESS;
        var within = instance.call(function, slots.clone());
        slots[0] = Memory.WASM_PAGE_BYTES - OFFSET;
        var beyond = instance.call(function, slots);
        byte[] content = instance.memory().orElseThrow().read(0, 64);
        return access.name() + " " + text(within) + " " + text(beyond) + " "
                + HexFormat.of().formatHex(content);
    }

    private static String text(CallResult result) {
        return switch (result) {
            case CallResult.Returned(var slots) -> Arrays.toString(slots);
            case CallResult.Trapped(var trap) -> trap.message();
        };
    }
}

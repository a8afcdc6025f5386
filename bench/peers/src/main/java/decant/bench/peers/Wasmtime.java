package decant.bench.peers;

import io.github.kawamuray.wasmtime.Instance;
import io.github.kawamuray.wasmtime.Module;
import io.github.kawamuray.wasmtime.Store;
import io.github.kawamuray.wasmtime.WasmFunctions;
import io.github.kawamuray.wasmtime.WasmValType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Times the kernels on wasmtime: `KERNELS.wasm name:size ...`
final class Wasmtime {
    private Wasmtime() {}

    public static void main(String[] arguments) throws Exception {
        byte[] bytes = Files.readAllBytes(Path.of(arguments[0]));
        try (var store = Store.withoutData();
                var engine = store.engine();
                var module = new Module(engine, bytes)) {
            for (int i = 1; i < arguments.length; i++) {
                var kernel = Timed.of(arguments[i]);
                try (var instance = new Instance(store, module, List.of())) {
                    var function = WasmFunctions.func(
                            store,
                            instance.getFunc(store, kernel.name()).orElseThrow(),
                            WasmValType.I32,
                            WasmValType.I32);
                    kernel.run(function::call);
                }
            }
        }
    }
}

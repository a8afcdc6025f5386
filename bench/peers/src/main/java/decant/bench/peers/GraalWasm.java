package decant.bench.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.io.ByteSequence;

/// Times the kernels on GraalWasm with its compiler: `KERNELS.wasm name:size ...`
final class GraalWasm {
    private GraalWasm() {}

    public static void main(String[] arguments) throws Exception {
        var bytes = ByteSequence.create(Files.readAllBytes(Path.of(arguments[0])));
        var source = Source.newBuilder("wasm", bytes, "kernels").build();
        try (var engine = Engine.create("wasm")) {
            // Without its compiler it would run, and mean nothing.
            if (!engine.getImplementationName().startsWith("GraalVM")) {
                throw new IllegalStateException("GraalWasm without its compiler: " + engine.getImplementationName());
            }
            for (int i = 1; i < arguments.length; i++) {
                var kernel = Timed.of(arguments[i]);
                try (var context = Context.newBuilder("wasm").engine(engine).build()) {
                    var function = context.eval(source)
                            .newInstance()
                            .getMember("exports")
                            .getMember(kernel.name());
                    kernel.run(size -> function.execute(size).asInt());
                }
            }
        }
    }
}

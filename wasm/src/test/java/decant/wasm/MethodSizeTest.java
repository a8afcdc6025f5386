package decant.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import decant.wasm.compile.CompiledModule;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// No method is too large for HotSpot, whatever a real compiler puts into one function.
class MethodSizeTest {
    private static final Path QUICKJS = Path.of(
            System.getProperty("decant.root"),
            "bench/node_modules/@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm");

    @ParameterizedTest
    @EnumSource(Tracking.class)
    void noMethodOfTheLargestExampleIsTooLarge(Tracking tracking) {
        byte[] largest = RealModules.paths().stream()
                .map(RealModules::bytes)
                .max(Comparator.comparingInt(bytes -> bytes.length))
                .orElseThrow();
        requireSmallMethods(largest, tracking);
    }

    @ParameterizedTest
    @EnumSource(Tracking.class)
    void noMethodOfQuickJsIsTooLarge(Tracking tracking) {
        assumeThat(Files.exists(QUICKJS))
                .as("QuickJS is not there: npm install --prefix bench brings it")
                .isTrue();
        requireSmallMethods(RealModules.bytes(QUICKJS), tracking);
    }

    private static void requireSmallMethods(byte[] bytes, Tracking tracking) {
        Module module = Module.parse(bytes, Features.ALL, tracking);
        CompiledModule code = module.code();
        for (FunctionBody body : module.bodies()) {
            for (byte[] classFile : code.functionClasses(body.functionIndex())) {
                ClassFile.of()
                        .parse(classFile)
                        .methods()
                        .forEach(method -> assertThat(
                                        ((CodeAttribute) method.code().orElseThrow()).codeLength())
                                .as(module.functionName(body.functionIndex()))
                                .isLessThan(DividedFunctionTest.COMPILED_BYTES_MAX));
            }
        }
    }
}

package decant.cli.modules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

final class ModuleFileTest {
    private static final Path EXAMPLES = Path.of(System.getProperty("decant.root"), "examples");

    @Test
    void metadataIsReadFromTheModule() throws IOException {
        var module = ModuleFile.of("v1.wasm", Files.readAllBytes(EXAMPLES.resolve("counter/v1.wasm")));
        assertThat(module.text("candid:service").orElseThrow().strip())
                .isEqualTo(Files.readString(EXAMPLES.resolve("counter/v1.did")).strip());
        assertThat(module.text("candid:args")).contains("()");
        assertThat(module.text("motoko:compiler")).isPresent();
    }

    @Test
    void aCompressedModuleIsSentAsItIsButReadUncompressed() throws IOException {
        byte[] wasm = Files.readAllBytes(EXAMPLES.resolve("notes/notes.wasm"));
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(wasm);
        }
        var module = ModuleFile.of("notes.wasm.gz", compressed.toByteArray());
        assertThat(module.bytes()).isEqualTo(compressed.toByteArray());
        assertThat(module.text("candid:service").orElseThrow()).contains("add : (text) -> (nat64)");
    }

    @Test
    void aModuleThatServesPagesIsKnownByItsExports() throws IOException {
        assertThat(ModuleFile.of("site.wasm", Files.readAllBytes(EXAMPLES.resolve("site/site.wasm")))
                        .servesPages())
                .isTrue();
        assertThat(ModuleFile.of("notes.wasm", Files.readAllBytes(EXAMPLES.resolve("notes/notes.wasm")))
                        .servesPages())
                .isFalse();
    }

    @Test
    void aModuleCutShortAnywhereIsNotOurAffair() throws IOException {
        byte[] wasm = Files.readAllBytes(EXAMPLES.resolve("notes/notes.wasm"));
        for (int length = 8; length < wasm.length; length++) {
            var cut = ModuleFile.of("cut.wasm", Arrays.copyOf(wasm, length));
            assertThat(cut.bytes()).hasSize(length);
            assertThat(cut.servesPages()).isFalse();
        }
    }
}

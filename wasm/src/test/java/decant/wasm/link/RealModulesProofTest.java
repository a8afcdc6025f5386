package decant.wasm.link;

import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.Features;
import decant.wasm.FunctionType;
import decant.wasm.Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RealModulesProofTest {
    private static final Path EXAMPLES = Path.of(System.getProperty("decant.root"), "examples");
    private static final Set<String> HOOKS =
            Set.of("canister_init", "canister_pre_upgrade", "canister_post_upgrade", "canister_try_pre_upgrade");

    static Stream<Path> modules() throws IOException {
        try (var tree = Files.walk(EXAMPLES)) {
            return tree
                    .filter(path -> path.toString().endsWith(".wasm")
                            && !path.toString().contains("node_modules"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("modules")
    void everyModuleFitsItsOwnMemory(Path path) throws IOException {
        var module = parse(Files.readAllBytes(path));
        assertThat(HeapProof.compare(module, module, HOOKS)).isInstanceOf(Verdict.Fits.class);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleWrittenAgainFits(Path path) throws IOException {
        var module = parse(Files.readAllBytes(path));
        var written = parse(ModuleWriter.write(ModuleDraft.of(module, List.of())));
        assertThat(HeapProof.compare(module, written, HOOKS)).isInstanceOf(Verdict.Fits.class);
        assertThat(HeapProof.compare(written, module, HOOKS)).isInstanceOf(Verdict.Fits.class);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleFitsWhoseFunctionsAllHaveOtherNumbers(Path path) throws IOException {
        var module = parse(Files.readAllBytes(path));
        var more = new ModuleDraft.FunctionImport(
                new ImportName("somewhere", "else"), new FunctionType(List.of(), List.of()));
        var moved = ModuleDraft.of(module, List.of(more, more, more));
        assertThat(HeapProof.compare(module, parse(ModuleWriter.write(moved)), HOOKS))
                .isInstanceOf(Verdict.Fits.class);
    }

    @Test
    void anotherVersionDoesNotFitAndEachDifferenceIsNamed() throws IOException {
        var installed = parse(Files.readAllBytes(EXAMPLES.resolve("counter/v1.wasm")));
        var replacement = parse(Files.readAllBytes(EXAMPLES.resolve("counter/v2.wasm")));
        var verdict = (Verdict.Differs) HeapProof.compare(installed, replacement, HOOKS);
        System.out.println("counter v1 to v2: " + verdict.total() + " differences");
        verdict.differences().forEach(System.out::println);
        assertThat(verdict.differences()).hasSizeLessThanOrEqualTo(HeapProof.DIFFERENCES_MAX);
        assertThat(verdict.total()).isGreaterThanOrEqualTo(verdict.differences().size());
    }

    private static Module parse(byte[] bytes) {
        return Module.parse(bytes, Features.IC);
    }
}

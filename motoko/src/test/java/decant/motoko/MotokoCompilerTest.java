package decant.motoko;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MotokoCompilerTest {
    private static final Path EXAMPLES = Path.of(System.getProperty("decant.root"), "examples");

    @TempDir
    Path folder;

    @Test
    void anActorBecomesAModuleWithItsInterfaceAndStableSignature() throws IOException {
        var compiled = compiled(EXAMPLES.resolve("counter/v1.mo"));
        assertThat(compiled.wasm()).startsWith(0, 'a', 's', 'm');
        assertThat(compiled.candid()).isEqualTo(Files.readString(EXAMPLES.resolve("counter/v1.did")));
        assertThat(compiled.stableTypes()).contains(Files.readString(EXAMPLES.resolve("counter/v1.most")));
        assertThat(text(compiled.wasm()))
                .contains("icp:public candid:service", "icp:public motoko:stable-types")
                .contains("enhanced-orthogonal-persistence");
    }

    @Test
    void flagsComeFromTheProjectsMopsFile() {
        var compiled = compiled(EXAMPLES.resolve("counter-classic/v1.mo"));
        assertThat(text(compiled.wasm())).doesNotContain("enhanced-orthogonal-persistence");
    }

    @Test
    void filesBesideTheSourceAndInstalledPackagesCanBeImported() throws IOException {
        write("mops.toml", "[package]\nname = \"p\"\n\n[dependencies]\ngreek = \"1.0.0\" # ours\n");
        write(".mops/greek@1.0.0/src/Letters.mo", "module { public let first = \"alpha\" }");
        write(".mops/greek@9.0.0/src/Letters.mo", "module { public let first = 0 }");
        write("lib/Twice.mo", "module { public func twice(t : Text) : Text = t # t }");
        var main = write("src/main.mo", """
                import Letters "mo:greek/Letters";
                import { twice } "../lib/Twice";
                persistent actor { public query func get() : async Text { twice(Letters.first) } }""");
        assertThat(compiled(main).candid()).contains("get: () -> (text) query");
    }

    @Test
    void errorsAreShownAsTheCompilerPrintsThem() throws IOException {
        var main = write("main.mo", "persistent actor { public func f() : async Text { 7 } }");
        assertThat(compiler().compile(main))
                .isInstanceOfSatisfying(
                        Compilation.Failed.class,
                        failed -> assertThat(failed.diagnostics())
                                .contains("main.mo:1.51-1.52: type error [M0050], literal of type"));
    }

    @Test
    void aMissingImportIsAnErrorThatNamesIt() throws IOException {
        var main = write("main.mo", "import X \"nowhere\"; persistent actor { public func f() : async () { X.f() } }");
        assertThat(compiler().compile(main))
                .isInstanceOfSatisfying(
                        Compilation.Failed.class,
                        failed -> assertThat(failed.diagnostics())
                                .contains("main.mo:1.1-1.19: import error")
                                .contains("nowhere"));
    }

    @Test
    void aMissingSourceIsAnErrorThatNamesIt() {
        assertThat(compiler().compile(folder.resolve("none.mo")))
                .isEqualTo(new Compilation.Failed(folder.resolve("none.mo") + ": there is no such file\n"));
    }

    @Test
    void withoutACompilerTheMessageSaysWhatToInstall() {
        assertThatThrownBy(() -> MotokoCompiler.find(folder.resolve("main.mo"), Map.of()))
                .isInstanceOf(MotokoException.class)
                .hasMessageContaining("npm install motoko")
                .hasMessageContaining("moc ");
    }

    @Test
    void aProgramOnThePathIsPreferredToThePackage() throws IOException {
        var moc = program("bin/moc");
        program("bin/node");
        write("node_modules/motoko/package.json", "{}");
        assertThat(MotokoCompiler.find(
                        folder.resolve("a/main.mo"),
                        Map.of("PATH", folder.resolve("bin").toString())))
                .isEqualTo(new MotokoCompiler.Program(moc));
    }

    @Test
    void thePackageIsLookedForAboveTheSourceThenInNodePathThenGlobally() throws IOException {
        var node = program("prefix/bin/node");
        var source = folder.resolve("project/src/main.mo");
        var path = Map.of("PATH", node.getParent().toString());
        write("prefix/lib/node_modules/motoko/package.json", "{}");
        assertThat(home(source, path))
                .isEqualTo(folder.resolve("prefix/lib/node_modules/motoko").toRealPath());

        write("shared/motoko/package.json", "{}");
        var withNodePath = Map.of(
                "PATH",
                node.getParent().toString(),
                "NODE_PATH",
                folder.resolve("shared").toString());
        assertThat(home(source, withNodePath)).isEqualTo(folder.resolve("shared/motoko"));

        write("project/node_modules/motoko/package.json", "{}");
        assertThat(home(source, withNodePath)).isEqualTo(folder.resolve("project/node_modules/motoko"));
    }

    private static Path home(Path source, Map<String, String> environment) {
        return ((MotokoCompiler.NpmPackage) MotokoCompiler.find(source, environment)).home();
    }

    private static MotokoCompiler compiler() {
        try {
            return MotokoCompiler.find(EXAMPLES.resolve("counter/v1.mo"), System.getenv());
        } catch (MotokoException e) {
            assumeThat(e).as("skipped: %s", e.getMessage()).isNull();
            throw e;
        }
    }

    private static Compilation.Compiled compiled(Path source) {
        var compilation = compiler().compile(source);
        assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
        return (Compilation.Compiled) compilation;
    }

    private Path program(String name) throws IOException {
        var file = write(name, "");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    private Path write(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static String text(byte[] wasm) {
        return new String(wasm, StandardCharsets.ISO_8859_1);
    }
}

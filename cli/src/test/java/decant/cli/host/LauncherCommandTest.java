package decant.cli.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Principal;
import decant.cli.Shell;
import decant.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a launcher refuses before there is a network, and what it tells of one. `conformance/icp/launcher` has `icp`
/// itself start one.
final class LauncherCommandTest {
    @TempDir
    private Path folder;

    private Shell.Outcome launch(String... options) {
        var arguments = new ArrayList<>(
                List.of("launcher", "--state-dir", "state", "--status-dir", "status", "--interface-version"));
        arguments.addAll(List.of(options));
        return new Shell(folder).run(arguments.toArray(String[]::new));
    }

    @Test
    void anotherInterfaceIsRefused() {
        var outcome = launch("2.0.0");
        assertThat(outcome.status()).isEqualTo(ExitCode.NOT_UNDERSTOOD);
        assertThat(outcome.err()).contains("speaks version 1.1.0").contains("icp asks for 2.0.0");
    }

    @Test
    void anOptionThatTheInterfaceLacksIsRefused() {
        var outcome = launch("1.1.0", "--nonesuch=1");
        assertThat(outcome.status()).isEqualTo(ExitCode.NOT_UNDERSTOOD);
        assertThat(outcome.err()).contains("Version 1.1.0 of the launcher's interface has no --nonesuch=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--ii", "--nns", "--bitcoind-addr=127.0.0.1:1", "--dogecoind-addr=127.0.0.1:1"})
    void whatDecantHasNotIsRefused(String option) {
        var outcome = launch("1.0.0", option);
        assertThat(outcome.status()).isEqualTo(ExitCode.FAILED);
        assertThat(outcome.err()).contains("Decant has no ").contains("icp.yaml");
        assertThat(folder.resolve("state")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "1.1.0, 1.1.0, false",
        "1.1.1, 1.1.0, true",
        "1.2.0, 1.1.9, true",
        "2.0.0, 1.9.9, true",
        "1.0.9, 1.1.0, false"
    })
    void versionsAreComparedByTheirParts(String one, String other, boolean isNewer) {
        assertThat(LauncherInterface.parse(one).isNewerThan(LauncherInterface.parse(other)))
                .isEqualTo(isNewer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1.1", "1.1.x", "1.1.0.0"})
    void whatIsNoVersionIsSaidToBeNone(String text) {
        assertThatThrownBy(() -> LauncherInterface.parse(text)).hasMessageContaining("found \"" + text + "\"");
    }

    @Test
    void hostsAreReadAgainWhenIcpHasWrittenThem() throws IOException {
        var file = folder.resolve("custom-domains.txt");
        var domains = new CustomDomains(file);
        assertThat(domains.canister("backend.local.localhost")).isEmpty();
        Files.writeString(file, "backend.local.localhost:rwlgt-iiaaa-aaaaa-aaaaa-cai\nnonsense\nother:nobody\n");
        assertThat(domains.canister("Backend.local.localhost"))
                .contains(Principal.parse("rwlgt-iiaaa-aaaaa-aaaaa-cai"));
        assertThat(domains.canister("other")).isEmpty();
        Files.writeString(file, "");
        assertThat(domains.canister("backend.local.localhost")).isEmpty();
    }

    @Test
    void theStatusIsOneLineAndGoneInTheEnd() throws IOException {
        var place = folder.resolve("status");
        try (var node = EmbeddedNode.start(folder.resolve("state"), 0)) {
            try (var status = new LauncherStatus(place)) {
                status.tell(node);
                assertThat(Files.readString(place.resolve("status.json")))
                        .isEqualTo("{\"v\":\"1\",\"gateway_port\":"
                                + node.address().getPort() + ",\"root_key\":\""
                                + HexFormat.of().formatHex(node.rootKey())
                                + "\",\"supported_features\":[\"custom-domains\"]}\n");
                Files.writeString(place.resolve("custom-domains.txt"), "");
            }
            assertThat(place).doesNotExist();
        }
    }
}

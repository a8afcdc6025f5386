package decant.replica;

import static decant.replica.Node.rejected;
import static decant.replica.Node.reply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.state.Charter;
import decant.canister.state.UpgradePolicy;
import decant.protocol.Identity;
import decant.protocol.Pem;
import decant.protocol.SigningKey.Ed25519SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node knows its operator by a key, and lays down at its beginning how freely its canisters are upgraded.
final class OperatorTest {
    @TempDir
    private Path directory;

    private Path state() {
        return directory.resolve("state");
    }

    private Path key() {
        return state().resolve("operator.pem");
    }

    private Identity operator() throws IOException {
        return new Identity.KeyHolder(Pem.read(Files.readString(key())));
    }

    private static byte[] loosening(Principal canister) {
        return Candid.encode(List.of(
                Value.record().with("canister_id", Value.principal(canister)).with("policy", Value.variant("open"))));
    }

    private static UpgradePolicy policyOf(Node node, Principal canister) {
        return node.replica()
                .state()
                .subnet()
                .canister(canister)
                .orElseThrow()
                .settings()
                .upgradePolicy();
    }

    @Test
    void theOperatorLoosensAPolicyWithTheKeyInTheStateDirectory() throws IOException {
        try (var node = Node.in(state(), config -> config.withUpgradePolicy(UpgradePolicy.CHECKED))) {
            var canister = node.installProbe();
            assertThat(policyOf(node, canister)).isEqualTo(UpgradePolicy.CHECKED);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key())))
                    .isEqualTo("rw-------");

            var management = Principal.MANAGEMENT_CANISTER;
            var method = "decant_set_upgrade_policy";
            assertThat(rejected(node.call(Node.ALICE, canister, management, method, loosening(canister)))
                            .message())
                    .contains("Only the operator of this node can set an upgrade policy freely")
                    .contains("operator.pem");
            reply(node.call(operator(), canister, management, method, loosening(canister)));
            assertThat(policyOf(node, canister)).isEqualTo(UpgradePolicy.OPEN);
        }
    }

    @Test
    void whatWasLaidDownStaysWhateverTheNextStartIsGiven() throws IOException {
        var first = ReplicaConfig.of(state()).withUpgradePolicy(UpgradePolicy.CHECKED);
        Replica.open(first).close();
        var charter = charter(first);
        assertThat(charter.defaultPolicy()).isEqualTo(UpgradePolicy.CHECKED);
        assertThat(charter.operator()).contains(operator().principal());

        Files.delete(key());
        assertThat(charter(first.withUpgradePolicy(UpgradePolicy.OPEN))).isEqualTo(charter);
        assertThat(key()).doesNotExist();
    }

    private static Charter charter(ReplicaConfig config) {
        try (var replica = Replica.open(config)) {
            return replica.state().subnet().charter();
        }
    }

    @Test
    void aKeyThatIsThereBeforeTheNodeIsTaken() throws IOException {
        var seed = new byte[32];
        seed[0] = 77;
        var key = new Ed25519SigningKey(seed);
        Files.createDirectories(state());
        Files.writeString(key(), Pem.write(key));
        assertThat(charter(ReplicaConfig.of(state())).operator())
                .contains(key.publicKey().principal());
    }

    @Test
    void aFileThatIsNoKeyIsNamed() throws IOException {
        Files.createDirectories(state());
        Files.writeString(key(), "no key");
        assertThatThrownBy(() -> Replica.open(ReplicaConfig.of(state())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("operator.pem is not a key of an operator")
                .hasMessageContaining("remove it to have one made");
    }
}

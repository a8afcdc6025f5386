package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.canister.Env;
import decant.canister.Limits;
import decant.canister.management.ManagementCall;
import decant.canister.management.ManagementOutcome;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.Charter;
import decant.canister.state.CostSchedule;
import decant.canister.state.Cycles;
import decant.canister.state.CyclesUse;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;
import decant.canister.state.Settings;
import decant.canister.state.SubnetState;
import decant.canister.state.UpgradePolicy;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SignatureFeeTest {
    private static final Principal WALLET = Principal.ofCanisterNumber(1);
    private static final long FEE = 10_000_000_000L;

    @TempDir
    private Path folder;

    private ManagementOutcome signed(String method, String argument, long cycles) {
        var keys = NodeKeys.openOrCreate(folder.resolve("keys"), new SeededEntropy(1));
        var subnet = SubnetState.create(Hash.sha256(), 1)
                .withCharter(new Charter(UpgradePolicy.OPEN, Optional.empty(), false, CostSchedule.NORMAL))
                .with(CanisterState.create(WALLET, Settings.DEFAULT, Cycles.ZERO, 1));
        try (var machine = new Machine(keys, Limits.DEFAULT)) {
            var call = new ManagementCall(
                    new CallOrigin.FromCanister(WALLET, 1, 0),
                    method,
                    Candid.encode(Candid.parse("(record { derivation_path = vec {}; " + argument + " })")),
                    Cycles.of(cycles));
            return machine.management()
                    .execute(subnet, call, new Env(1, keys.subnetId(), keys.rootKeyDer(), Limits.DEFAULT));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sign_with_ecdsa | message_hash = blob \"01234567890123456789012345678901\";"
                        + " key_id = record { curve = variant { secp256k1 }; name = \"key_1\" }",
                "sign_with_schnorr | message = blob \"pay\";"
                        + " key_id = record { algorithm = variant { ed25519 }; name = \"key_1\" }"
            })
    void aSignatureIsPaidFromTheCyclesThatComeWithTheCall(String method, String argument) {
        var paid = signed(method, argument, FEE + 5);
        var answer = paid.answers().getFirst();
        assertThat(answer.payload()).isInstanceOf(Payload.Reply.class);
        assertThat(answer.refund()).isEqualTo(Cycles.of(5));
        assertThat(paid.next().canister(WALLET).orElseThrow().account().consumed(CyclesUse.SIGNATURES))
                .isEqualTo(Cycles.of(FEE));

        var refused = signed(method, argument, FEE - 1).answers().getFirst();
        assertThat(refused.payload())
                .isEqualTo(new Payload.Reject(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        method + " request sent with 9999999999 cycles, but 10000000000 cycles are required."));
        assertThat(refused.refund()).isEqualTo(Cycles.of(FEE - 1));
    }
}

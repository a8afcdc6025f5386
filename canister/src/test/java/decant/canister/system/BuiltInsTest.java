package decant.canister.system;

import static decant.canister.system.SystemKit.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Did;
import decant.candid.Value;
import decant.canister.Env;
import decant.canister.Install;
import decant.canister.Instances;
import decant.canister.Limits;
import decant.canister.ModuleCache;
import decant.canister.Query;
import decant.canister.Replay;
import decant.canister.SnapshotCode;
import decant.canister.management.Management;
import decant.canister.management.ManagementCall;
import decant.canister.state.CallOrigin;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import decant.canister.state.SystemId;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BuiltInsTest {
    private static final Env ENV = new Env(1_800_000_000_000_000_000L, ALICE, new byte[0], Limits.DEFAULT);
    private static final byte[] NOTHING = Candid.encode(List.of());

    private final ModuleCache modules = new ModuleCache(1);
    private final Management management =
            new Management(new Install(modules, new Instances(2)), new SnapshotCode(modules), new Replay(modules));
    private final BuiltIns builtIns = new BuiltIns(management);
    private final SubnetState subnet = SubnetState.create(Hash.sha256(), ENV.timeNanos());

    private Payload call(Principal receiver, String method, byte[] argument) {
        var origin = new CallOrigin.FromUser(Hash.sha256(), ALICE, Optional.empty());
        return builtIns.execute(subnet, receiver, new ManagementCall(origin, method, argument, Cycles.ZERO), ENV)
                .answers()
                .getLast()
                .payload();
    }

    private Optional<Payload> query(Principal receiver, String method, byte[] argument) {
        return builtIns.query(
                subnet, new Query(ALICE, Optional.empty(), receiver, method, argument), ENV, Optional.empty());
    }

    private static ErrorCode errorOf(Payload payload) {
        return ((Payload.Reject) payload).error();
    }

    @ParameterizedTest
    @EnumSource(SystemId.class)
    void whatTheInterfaceLacksIsNoMethod(SystemId id) {
        assertThat(errorOf(call(id.principal(), "nonesuch", NOTHING))).isEqualTo(ErrorCode.CANISTER_METHOD_NOT_FOUND);
        assertThat(errorOf(query(id.principal(), "http_request", NOTHING).orElseThrow()))
                .isEqualTo(ErrorCode.CANISTER_METHOD_NOT_FOUND);
        assertThat(builtIns.hindrance(subnet, ALICE, id.principal(), "nonesuch", NOTHING))
                .isPresent();
    }

    @Test
    void aQueryMethodMayBeCalledAndAnUpdateMethodMayNotBeQueried() {
        var ledger = SystemId.CYCLES_LEDGER.principal();
        byte[] nullArgument = Candid.encode(List.of(Value.Null.NULL));
        assertThat(call(ledger, "icrc1_fee", nullArgument)).isInstanceOf(Payload.Reply.class);
        assertThat(query(ledger, "icrc1_fee", nullArgument).orElseThrow()).isInstanceOf(Payload.Reply.class);
        assertThat(errorOf(query(ledger, "icrc1_transfer", NOTHING).orElseThrow()))
                .isEqualTo(ErrorCode.CANISTER_METHOD_NOT_FOUND);
    }

    @Test
    void othersAreLeftToTheSubnet() {
        assertThat(query(Principal.ofCanisterNumber(5), "icrc1_fee", NOTHING)).isEmpty();
        assertThat(BuiltIns.has(Principal.ofCanisterNumber(5))).isFalse();
        assertThat(BuiltIns.has(Principal.MANAGEMENT_CANISTER)).isTrue();
    }

    @Test
    void nobodyControlsASystemCanisterOrTakesItsPlace() {
        var id = SystemId.ICP_LEDGER.principal();
        var named = Value.record().with("canister_id", Value.principal(id));
        for (var method : List.of("canister_status", "stop_canister", "delete_canister", "uninstall_code")) {
            assertThat(errorOf(call(Principal.MANAGEMENT_CANISTER, method, Candid.encode(List.of(named)))))
                    .isEqualTo(ErrorCode.CANISTER_INVALID_CONTROLLER);
        }
        var place = Value.record().with("specified_id", Value.some(Value.principal(id)));
        assertThat(errorOf(call(
                        Principal.MANAGEMENT_CANISTER,
                        "provisional_create_canister_with_cycles",
                        Candid.encode(List.of(place)))))
                .isEqualTo(ErrorCode.CANISTER_ID_ALREADY_EXISTS);
    }

    @ParameterizedTest
    @EnumSource(SystemId.class)
    void whateverTheArgumentsTheAnswerIsAReplyOrAReject(SystemId id) {
        var random = new Random(7);
        var methods = Did.parse(builtIns.interfaceOf(id)).service().methods();
        for (int i = 0; i < 20_000; i++) {
            var method = List.copyOf(methods.keySet()).get(random.nextInt(methods.size()));
            byte[] argument = new byte[random.nextInt(40)];
            random.nextBytes(argument);
            System.arraycopy(NOTHING, 0, argument, 0, Math.min(4, argument.length));
            assertThat(call(id.principal(), method, argument)).isNotNull();
            assertThat(query(id.principal(), method, argument)).isPresent();
        }
    }
}

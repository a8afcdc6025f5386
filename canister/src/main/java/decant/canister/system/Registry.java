package decant.canister.system;

import static decant.canister.system.SystemCall.ok;

import decant.candid.Value;
import decant.canister.state.SystemId;
import decant.canister.system.SystemCall.Answered;
import java.util.Map;

/// The registry, as far as it tells on which subnet a canister is: on the one there is.
final class Registry {
    private Registry() {}

    static SystemCanister canister() {
        return new SystemCanister(SystemId.REGISTRY, Map.of("get_subnet_for_canister", Registry::subnetForCanister));
    }

    private static Answered subnetForCanister(SystemCall call) {
        var named = call.argument().optionalField("principal");
        if (named.isEmpty()) {
            return call.told(Value.variant("Err", Value.text("No canister is named: principal is null.")));
        }
        var id = named.get().toPrincipal();
        boolean isHere = call.subnet().canister(id).isPresent() || BuiltIns.has(id);
        return call.told(
                isHere
                        ? ok(Value.record()
                                .with(
                                        "subnet_id",
                                        Value.some(Value.principal(call.env().subnetId()))))
                        : Value.variant("Err", Value.text("Canister " + id + " is not on this node.")));
    }
}

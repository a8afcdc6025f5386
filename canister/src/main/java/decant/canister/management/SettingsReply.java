package decant.canister.management;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.state.Cycles;
import decant.canister.state.Settings;
import decant.canister.state.Visibility;
import java.util.Collection;

/// Settings as the record `definite_settings`.
final class SettingsReply {
    private SettingsReply() {}

    static Value of(Settings settings) {
        return Value.record()
                .with("controllers", principals(settings.controllers()))
                .with("compute_allocation", Value.nat(settings.computeAllocationPercent()))
                .with("memory_allocation", Value.nat(settings.memoryAllocationBytes()))
                .with("freezing_threshold", Value.nat(settings.freezingThresholdSeconds()))
                .with("reserved_cycles_limit", cycles(settings.reservedCyclesLimit()))
                .with("minimum_incoming_canister_call_cycles", cycles(settings.minimumIncomingCallCycles()))
                .with("log_visibility", visibility(settings.logVisibility()))
                .with("log_memory_limit", Value.nat(settings.logMemoryLimitBytes()))
                .with("snapshot_visibility", visibility(settings.snapshotVisibility()))
                .with("status_visibility", visibility(settings.statusVisibility()))
                .with("upgrade_policy", Value.variant(settings.upgradePolicy().toString()))
                .with("wasm_memory_limit", Value.nat(settings.wasmMemoryLimitBytes()))
                .with("wasm_memory_threshold", Value.nat(settings.wasmMemoryThresholdBytes()))
                .with(
                        "environment_variables",
                        Value.vec(settings.environmentVariables().entrySet().stream()
                                .map(variable -> Value.record()
                                        .with("name", Value.text(variable.getKey()))
                                        .with("value", Value.text(variable.getValue())))
                                .toList()));
    }

    static Value cycles(Cycles amount) {
        return Value.nat(amount.toBigInteger());
    }

    static Value principals(Collection<Principal> principals) {
        return Value.vec(principals.stream().map(Value::principal).toList());
    }

    private static Value visibility(Visibility visibility) {
        return switch (visibility) {
            case Visibility.Controllers _ -> Value.variant("controllers");
            case Visibility.Public _ -> Value.variant("public");
            case Visibility.AllowedViewers(var viewers) -> Value.variant("allowed_viewers", principals(viewers));
        };
    }
}

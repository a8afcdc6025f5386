package decant.canister.management;

import decant.candid.Value;
import decant.canister.cycles.MemoryUse;
import decant.canister.cycles.Tariff;
import decant.canister.state.CanisterState;
import decant.canister.state.CanisterStatus;
import decant.canister.state.QueryStats;
import decant.canister.state.SubnetState;
import java.util.Optional;

/// What canisters are and how they are: the replies of `canister_status` and `decant_list_canisters`.
final class StatusReply {
    private StatusReply() {}

    static Value of(CanisterState canister, SubnetState subnet) {
        var memory = MemoryUse.of(canister, subnet.snapshots(canister.id()).bytes());
        var rate = Tariff.of(subnet, canister.id()).dailyRate(canister);
        return Value.record()
                .with("status", status(canister.status()))
                .with("ready_for_migration", Value.bool(isIdle(canister)))
                .with("version", Value.nat64(canister.version()))
                .with("settings", SettingsReply.of(canister.settings()))
                .with("module_hash", moduleHash(canister))
                .with("memory_size", Value.nat(memory.totalBytes()))
                .with("memory_metrics", MemoryMetrics.of(memory))
                .with("cycles", SettingsReply.cycles(canister.cycles()))
                .with("reserved_cycles", SettingsReply.cycles(canister.reservedCycles()))
                .with("idle_cycles_burned_per_day", SettingsReply.cycles(rate.total()))
                .with("query_stats", queryStats(canister.queryStats()));
    }

    static Value list(SubnetState subnet) {
        return Value.vec(
                subnet.canisters().values().stream().map(StatusReply::listed).toList());
    }

    private static Value listed(CanisterState canister) {
        return Value.record()
                .with("canister_id", Value.principal(canister.id()))
                .with("name", Value.opt(canister.name().map(Value::text)))
                .with("status", status(canister.status()))
                .with("module_hash", moduleHash(canister))
                .with(
                        "controllers",
                        SettingsReply.principals(canister.settings().controllers()))
                .with("version", Value.nat64(canister.version()));
    }

    static Value moduleHash(CanisterState canister) {
        Optional<Value> hash =
                canister.code().map(code -> Value.blob(code.module().hash().bytes()));
        return Value.opt(hash);
    }

    private static Value status(CanisterStatus status) {
        return Value.variant(
                switch (status) {
                    case CanisterStatus.Running _ -> "running";
                    case CanisterStatus.Stopping _ -> "stopping";
                    case CanisterStatus.Stopped _ -> "stopped";
                });
    }

    private static boolean isIdle(CanisterState canister) {
        return canister.status() instanceof CanisterStatus.Stopped
                && canister.inputQueue().isEmpty()
                && canister.calls().isEmpty();
    }

    private static Value queryStats(QueryStats stats) {
        return Value.record()
                .with("num_calls_total", Value.nat(stats.calls()))
                .with("num_instructions_total", Value.nat(stats.instructions()))
                .with("request_payload_bytes_total", Value.nat(stats.requestBytes()))
                .with("response_payload_bytes_total", Value.nat(stats.responseBytes()));
    }
}

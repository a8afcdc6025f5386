package decant.canister.management;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.InstallMode;
import java.math.BigInteger;
import java.util.Optional;

/// The history of a canister: the reply of `canister_info`.
final class InfoReply {
    private InfoReply() {}

    /// {@return the reply with at most `changesMax` of the newest changes, oldest first}
    static Value of(CanisterState canister, BigInteger changesMax) {
        var recent = canister.history().recent();
        int count = changesMax.min(BigInteger.valueOf(recent.size())).intValue();
        return Value.record()
                .with("total_num_changes", Value.nat64(canister.history().totalChanges()))
                .with(
                        "recent_changes",
                        Value.vec(recent.subList(recent.size() - count, recent.size()).stream()
                                .map(change -> change(canister.id(), change))
                                .toList()))
                .with("module_hash", StatusReply.moduleHash(canister))
                .with(
                        "controllers",
                        SettingsReply.principals(canister.settings().controllers()));
    }

    private static Value change(Principal target, Change change) {
        return Value.record()
                .with("timestamp_nanos", Value.nat64(change.timeNanos()))
                .with("canister_version", Value.nat64(change.canisterVersion()))
                .with("origin", origin(change.origin()))
                .with("details", details(target, change.details()));
    }

    static Value origin(Change.Origin origin) {
        return switch (origin) {
            case Change.Origin.FromUser(var user) ->
                Value.variant("from_user", Value.record().with("user_id", Value.principal(user)));
            case Change.Origin.FromCanister(var canister, var version) ->
                Value.variant(
                        "from_canister",
                        Value.record()
                                .with("canister_id", Value.principal(canister))
                                .with(
                                        "canister_version",
                                        version.isPresent()
                                                ? Value.some(Value.nat64(version.getAsLong()))
                                                : Value.none()));
        };
    }

    private static Value load(Principal target, Change.Details.LoadSnapshot load) {
        var owner = load.snapshot().canister();
        return Value.record()
                .with("from_canister_id", owner.equals(target) ? Value.none() : Value.some(Value.principal(owner)))
                .with("snapshot_id", Value.blob(load.snapshot().bytes()))
                .with("canister_version", Value.nat64(load.canisterVersion()))
                .with("taken_at_timestamp", Value.nat64(load.takenNanos()))
                .with("source", SnapshotReply.source(load.uploaded()));
    }

    private static Value details(Principal target, Change.Details details) {
        return switch (details) {
            case Change.Details.Creation(var controllers, var variablesHash) ->
                Value.variant(
                        "creation",
                        Value.record()
                                .with("controllers", SettingsReply.principals(controllers))
                                .with("environment_variables_hash", optionalHash(variablesHash)));
            case Change.Details.CodeUninstall _ -> Value.variant("code_uninstall");
            case Change.Details.CodeDeployment(var mode, var moduleHash) ->
                Value.variant(
                        "code_deployment",
                        Value.record().with("mode", mode(mode)).with("module_hash", Value.blob(moduleHash.bytes())));
            case Change.Details.ControllersChange(var controllers) ->
                Value.variant(
                        "controllers_change",
                        Value.record().with("controllers", SettingsReply.principals(controllers)));
            case Change.Details.LoadSnapshot load -> Value.variant("load_snapshot", load(target, load));
        };
    }

    private static Value optionalHash(Optional<Hash> hash) {
        return Value.opt(hash.map(present -> Value.blob(present.bytes())));
    }

    private static Value mode(InstallMode mode) {
        return Value.variant(
                switch (mode) {
                    case INSTALL -> "install";
                    case REINSTALL -> "reinstall";
                    case UPGRADE -> "upgrade";
                });
    }
}

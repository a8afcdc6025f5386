package decant.cli.node;

import decant.base.Hash;
import decant.candid.Value;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.ShortForm;
import java.util.Optional;

/// What a canister is at one time, in short.
public record Standing(long version, Optional<Hash> module, long heapBytes, long stableBytes) {

    /// {@return what the reply of `canister_status` says}
    public static Standing ofStatus(Value status) {
        var metrics = status.field("memory_metrics");
        return new Standing(
                status.field("version").toLong(),
                status.optionalField("module_hash").map(Standing::hash),
                metrics.field("wasm_memory_size").toLong(),
                metrics.field("stable_memory_size").toLong());
    }

    /// {@return what the report of an installation says of the time `before` or `after`}
    static Standing ofReport(Value report, String when) {
        return new Standing(
                report.field("version_" + when).toLong(),
                report.optionalField("module_hash_" + when).map(Standing::hash),
                report.field("heap_bytes_" + when).toLong(),
                report.field("stable_bytes_" + when).toLong());
    }

    /// {@return what a restore point keeps}
    static Standing ofRestorePoint(Value point) {
        return new Standing(
                point.field("version").toLong(),
                point.optionalField("module_hash").map(Standing::hash),
                point.field("heap_bytes").toLong(),
                point.field("stable_bytes").toLong());
    }

    private static Hash hash(Value blob) {
        return Hash.of(blob.toBytes());
    }

    public String sizes() {
        return heap() + " of heap and " + stable() + " of stable memory";
    }

    public String heap() {
        return Bytes.shown(heapBytes);
    }

    public String stable() {
        return Bytes.shown(stableBytes);
    }

    public String shortModule() {
        return module.map(hash -> "module " + ShortForm.hash(hash)).orElse("no module");
    }

    @Override
    public String toString() {
        return "version " + version + ", " + shortModule() + ", " + sizes();
    }
}

package decant.cli.upgrade;

import decant.base.Hash;
import decant.candid.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Reports as a node tells them, for tests of how they read.
final class Reports {
    private static final long GIB = 1L << 30;

    private Reports() {}

    /// {@return an upgrade of the vault that went well}
    static Value.Record upgrade() {
        return Value.record(Map.of("mode", Value.text("upgrade"), "stage", Value.text("commit")))
                .with("dry_run", Value.bool(false))
                .with("outcome", Value.variant("installed"))
                .with("error", Value.none())
                .with("hook", Value.text("ran"))
                .with("heap_dropped", Value.bool(false))
                .with("hint", Value.none())
                .with("findings", Value.vec(List.of()))
                .with(
                        "instructions",
                        Value.vec(List.of(
                                use("check", 1_204_000), use("pre_upgrade", 31_310), use("post_upgrade", 8_011))))
                .with("instructions_max", Value.nat64(300_000_000_000L))
                .with("heap_pages_touched", Value.nat64(3))
                .with("stable_pages_touched", Value.nat64(1_250))
                .with("heap_bytes_before", Value.nat64(1_310_720))
                .with("heap_bytes_after", Value.nat64(131_072))
                .with("stable_bytes_before", Value.nat64(51 * GIB))
                .with("stable_bytes_after", Value.nat64(51 * GIB))
                .with("version_before", Value.nat64(9))
                .with("version_after", Value.nat64(10))
                .with("module_hash_before", hash(1))
                .with("module_hash_after", hash(2))
                .with("restore_point", Value.some(Value.nat64(4)));
    }

    /// {@return an upgrade of the vault whose hook trapped}
    static Value.Record stuck() {
        return rejected(
                        "pre_upgrade",
                        "IC0502",
                        "Error from Canister rwlgt-iiaaa-aaaaa-aaaaa-cai: Canister trapped: 32 bit stable memory api used"
                                + " on a memory larger than 4GB",
                        frame("save_header", 31, 0x5d2),
                        frame("", 12, 0x2f1))
                .with("hook", Value.text("trapped"))
                .with(
                        "hint",
                        Value.some(Value.record()
                                .with("code", Value.text("stable-memory-32-bit"))
                                .with("text", Value.text("the hook uses a 32-bit call for stable memory."))))
                .with("instructions", Value.vec(List.of(use("check", 1_204_000), use("pre_upgrade", 1_310))));
    }

    /// {@return an upgrade of the vault that the checks do not let pass}
    static Value.Record incompatible() {
        return rejected("check", "IC0504", "The new code is not compatible with the installed one.")
                .with(
                        "findings",
                        Value.vec(List.of(
                                finding(
                                        "error",
                                        "method transfer, argument 1",
                                        "record { to : principal; fee : nat }",
                                        "record { to : principal }",
                                        "clients that do not send fee are rejected",
                                        "make fee an opt."),
                                finding(
                                        "warning",
                                        "",
                                        "no MGR header",
                                        "MGR",
                                        "the new code may not find its regions",
                                        "use the same memory manager."),
                                finding(
                                        "note",
                                        "",
                                        "no metadata motoko:stable-types",
                                        "it in both versions",
                                        "stable variables could not be compared",
                                        "nothing, if it is not written in Motoko."))));
    }

    /// {@return a lifecycle upgrade of the vault that would go well}
    static Value.Record newHooks() {
        return upgrade()
                .with("mode", Value.text("lifecycle_upgrade"))
                .with("dry_run", Value.bool(true))
                .with("hook", Value.text("none"))
                .with("instructions", Value.vec(List.of(use("check", 1_204_000))))
                .with("heap_bytes_after", Value.nat64(1_310_720))
                .with("restore_point", Value.none());
    }

    /// {@return the hash of a module of which all bytes are `digit`}
    static Hash module(int digit) {
        var bytes = new byte[Hash.BYTES];
        Arrays.fill(bytes, (byte) (digit * 0x11));
        return Hash.of(bytes);
    }

    private static Value.Record rejected(String stage, String code, String message, Value... backtrace) {
        return upgrade()
                .with("stage", Value.text(stage))
                .with("outcome", Value.variant("rejected"))
                .with(
                        "error",
                        Value.some(Value.record()
                                .with("code", Value.text(code))
                                .with("message", Value.text(message))
                                .with("backtrace", Value.vec(List.of(backtrace)))))
                .with("version_after", Value.nat64(9))
                .with("module_hash_after", hash(1))
                .with("heap_bytes_after", Value.nat64(1_310_720))
                .with("restore_point", Value.none());
    }

    private static Value hash(int digit) {
        return Value.some(Value.blob(module(digit).bytes()));
    }

    private static Value use(String stage, long used) {
        return Value.record().with("stage", Value.text(stage)).with("used", Value.nat64(used));
    }

    private static Value frame(String function, int index, int offset) {
        return Value.record()
                .with("function", Value.text(function))
                .with("index", Value.nat32(index))
                .with("offset", Value.nat32(offset));
    }

    private static Value finding(
            String severity, String path, String found, String expected, String consequence, String remedy) {
        return Value.record()
                .with("code", Value.text("candid"))
                .with("severity", Value.text(severity))
                .with("path", Value.text(path))
                .with("found", Value.text(found))
                .with("expected", Value.text(expected))
                .with("consequence", Value.text(consequence))
                .with("remedy", Value.text(remedy));
    }
}

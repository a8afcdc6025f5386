package decant.canister.system;

import decant.candid.Value;
import decant.canister.state.Ledger;
import decant.canister.state.LedgerValue;
import decant.canister.state.SystemId;
import decant.canister.system.SystemCall.Answered;
import decant.canister.system.SystemCall.Handler;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The methods of ICRC-3 for one ledger: its last blocks, and the proof which one is the very last.
///
/// There are no archives. Blocks that the ledger does not keep any more are left out of replies.
///
/// @param keeper the canister that keeps the ledger
record BlockLog(SystemId keeper) {
    static final String TIP_CERTIFICATE = "icrc3_get_tip_certificate";

    static Map<String, Handler> handlers(SystemId keeper) {
        var log = new BlockLog(keeper);
        return Map.of(
                "icrc3_get_archives",
                call -> call.told(Value.vec(List.of())),
                "icrc3_get_blocks",
                log::blocks,
                TIP_CERTIFICATE,
                log::tipCertificate,
                "icrc3_supported_block_types",
                call -> call.told(blockTypes()));
    }

    private Answered blocks(SystemCall call) {
        var ledger = call.ledger(keeper);
        var found = new ArrayList<Value>();
        for (var range : ((Value.Vec) call.argument()).elements()) {
            add(
                    found,
                    ledger,
                    range.field("start").toBigInteger(),
                    range.field("length").toBigInteger());
        }
        return call.told(Value.record()
                .with("log_length", Value.nat(ledger.height()))
                .with("blocks", Value.vec(found))
                .with("archived_blocks", Value.vec(List.of())));
    }

    /// Adds the blocks of the range, as far as they are kept and a reply has room.
    private static void add(List<Value> found, Ledger ledger, BigInteger start, BigInteger length) {
        if (ledger.blocks().isEmpty()) {
            return;
        }
        var oldest = BigInteger.valueOf(ledger.blocks().firstKey());
        var height = BigInteger.valueOf(ledger.height());
        long end = start.add(length).min(height).longValue();
        for (long id = start.max(oldest).min(height).longValue(); id < end && found.size() < Ledger.BLOCKS_MAX; id++) {
            var block = ledger.blocks().get(id);
            if (block == null) {
                throw new AssertionError("BUG: the ledger has no block " + id);
            }
            found.add(Value.record().with("id", Value.nat(id)).with("block", value(block.value())));
        }
    }

    private static Value value(LedgerValue value) {
        return switch (value) {
            case LedgerValue.Blob(byte[] bytes) -> Value.variant("Blob", Value.blob(bytes));
            case LedgerValue.Text(var text) -> Value.variant("Text", Value.text(text));
            case LedgerValue.Nat(var number) -> Value.variant("Nat", Value.nat(number));
            case LedgerValue.Int(var number) -> Value.variant("Int", Value.integer(number));
            case LedgerValue.Array(var elements) ->
                Value.variant(
                        "Array",
                        Value.vec(elements.stream().map(BlockLog::value).toList()));
            case LedgerValue.Map(var entries) ->
                Value.variant(
                        "Map",
                        Value.vec(entries.entrySet().stream()
                                .map(entry -> TokenLedger.entry(entry.getKey(), value(entry.getValue())))
                                .toList()));
        };
    }

    private Answered tipCertificate(SystemCall call) {
        var tip = call.ledger(keeper).lastBlock();
        return call.told(Value.opt(tip.flatMap(last -> call.dataCertificate()
                .map(certificate -> Value.record()
                        .with("certificate", Value.blob(certificate))
                        .with("hash_tree", Value.blob(last.tree()))))));
    }

    private static Value blockTypes() {
        return Value.vec(List.of(
                blockType("1burn", "ICRC-1"),
                blockType("1mint", "ICRC-1"),
                blockType("1xfer", "ICRC-1"),
                blockType("2approve", "ICRC-2"),
                blockType("2xfer", "ICRC-2")));
    }

    private static Value blockType(String name, String standard) {
        return Value.record().with("block_type", Value.text(name)).with("url", Value.text(TokenLedger.url(standard)));
    }
}

package decant.canister.state;

import decant.base.Principal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalLong;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// What the system canisters remember.
///
/// @param ledgers by the canister that keeps them
/// @param payments blocks of the ICP ledger that the cycles minting canister was notified of, with what it replied
public record SystemState(PSortedMap<SystemId, Ledger> ledgers, PSortedMap<Long, byte[]> payments) {
    public static final SystemState EMPTY = new SystemState(TreePMap.empty(), TreePMap.empty());

    private static final BigInteger ANONYMOUS_CYCLES = BigInteger.TEN.pow(24);
    private static final BigInteger ANONYMOUS_E8S = BigInteger.TEN.pow(18);

    /// {@return the ledgers of a node for development, on which the anonymous principal is rich}
    public static SystemState endowed() {
        return EMPTY.with(SystemId.CYCLES_LEDGER, endowed(ANONYMOUS_CYCLES))
                .with(SystemId.ICP_LEDGER, endowed(ANONYMOUS_E8S));
    }

    private static Ledger endowed(BigInteger amount) {
        var account = NamedAccount.of(Principal.ANONYMOUS);
        var mint = new Transaction(
                new Transaction.Operation.Mint(account, amount),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty());
        return Ledger.EMPTY.withBalance(account.id(), amount).plus(mint, BigInteger.ZERO, 0);
    }

    /// {@return the ledger that this canister keeps}
    public Ledger ledger(SystemId keeper) {
        return ledgers.getOrDefault(keeper, Ledger.EMPTY);
    }

    public SystemState with(SystemId keeper, Ledger ledger) {
        return new SystemState(ledgers.plus(keeper, ledger), payments);
    }

    /// {@return this state, with the reply that notifying of the block ended in}
    ///
    /// What is older than the blocks of the ledger is forgotten: it cannot be notified of again.
    public SystemState withPayment(long block, byte[] reply) {
        var next = payments.plus(block, reply);
        var blocks = ledger(SystemId.ICP_LEDGER).blocks();
        while (!blocks.isEmpty() && next.firstKey() < blocks.firstKey()) {
            next = next.minus(next.firstKey());
        }
        return new SystemState(ledgers, next);
    }
}

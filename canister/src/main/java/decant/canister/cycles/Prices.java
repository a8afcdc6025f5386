package decant.canister.cycles;

import decant.canister.state.CostSchedule;
import decant.canister.state.Cycles;
import java.math.BigInteger;

/// What things cost: nothing on a node with the schedule `free`, and otherwise what they cost on an application subnet
/// of 13 nodes.
///
/// The numbers are those of the Internet Computer's replica of autumn 2026: the configuration of application subnets,
/// and for outcalls the page of gas costs in its documentation.
public final class Prices {
    public static final Prices FREE = new Prices(true);
    public static final Prices NORMAL = new Prices(false);

    /// The subnet that prices are for.
    static final long NODES = 13;

    /// Beginning to execute a message, and one instruction of it, by the width of the module's addresses.
    static final long EXECUTION = 5_000_000;

    static final long INSTRUCTION_32 = 1;
    static final long INSTRUCTION_64 = 2;

    static final long CREATION = 500_000_000_000L;

    /// One percent of a core for a second.
    static final long COMPUTE_PERCENT_SECOND = 10_000_000;

    /// A GiB for a second.
    static final long GIB_SECOND = 317_500;

    /// A second of a canister that occupies any memory.
    static final long CANISTER_SECOND = 10_000;

    /// A call of another canister, and one byte of its request or of its answer.
    static final long CALL = 260_000;

    static final long CALL_BYTE = 1_000;
    static final long ANSWER_BYTES_MAX = 2L << 20;

    /// A user's call that is taken in, and one byte of it, signature and all.
    static final long INGRESS = 1_200_000;

    static final long INGRESS_BYTE = 2_000;

    /// A signature with a key that 13 nodes hold.
    static final long SIGNATURE = 10_000_000_000L;

    static final long OUTCALL = 3_000_000;
    static final long OUTCALL_NODE = 60_000;
    static final long OUTCALL_REQUEST_BYTE = 400;
    static final long OUTCALL_RESPONSE_BYTE = 800;

    /// What is done for a canister besides running its code, in instructions.
    public static final long UPLOAD_CHUNK_INSTRUCTIONS = 200_000_000;

    public static final long SNAPSHOT_INSTRUCTIONS = 2_000_000_000;
    public static final long SNAPSHOT_DATA_INSTRUCTIONS = 5_000_000;

    /// Where a subnet begins to reserve cycles for memory, how much memory it has, and the longest time that cycles are
    /// reserved for.
    static final long RESERVATION_BYTES = 750L << 30;

    static final long SUBNET_BYTES = 2L << 40;
    static final long RESERVATION_SECONDS_MAX = 300_000_000;

    private static final BigInteger GIB = BigInteger.ONE.shiftLeft(30);
    private static final long SECONDS_PER_DAY = 86_400;

    private final boolean isFree;

    private Prices(boolean isFree) {
        this.isFree = isFree;
    }

    public static Prices of(CostSchedule schedule) {
        return switch (schedule) {
            case FREE -> FREE;
            case NORMAL -> NORMAL;
        };
    }

    public boolean isFree() {
        return isFree;
    }

    /// {@return the price of executing a message of so many instructions}
    public Cycles execution(long instructions, boolean is64) {
        return price(EXECUTION + instructions * (is64 ? INSTRUCTION_64 : INSTRUCTION_32));
    }

    /// {@return the price of so much work that the system does itself}
    public Cycles work(long instructions) {
        return price(instructions * INSTRUCTION_32);
    }

    public Cycles creation() {
        return price(CREATION);
    }

    /// {@return the price of taking in a user's call of so many bytes}
    public Cycles ingress(long envelopeBytes) {
        return price(INGRESS + envelopeBytes * INGRESS_BYTE);
    }

    /// {@return the price of a request of so many bytes, method name and argument}
    public Cycles request(long bytes) {
        return price(CALL).plus(transmission(bytes));
    }

    /// {@return the price of sending so many bytes}
    public Cycles transmission(long bytes) {
        return times(CALL_BYTE, bytes);
    }

    /// {@return what is set aside for the largest answer to a call}
    public Cycles answerMax() {
        return transmission(ANSWER_BYTES_MAX);
    }

    /// {@return the price of a signature, and of a key derived by vetKD}
    public Cycles signature() {
        return price(SIGNATURE);
    }

    /// {@return the price of an HTTPS outcall: `http_request` of the management canister}
    ///
    /// @param requestBytes the url, the headers, the body, the transform function's name and its context
    /// @param responseBytesMax what the call asks for, or 2,000,000
    public Cycles outcall(long requestBytes, long responseBytesMax) {
        return price(OUTCALL + OUTCALL_NODE * NODES)
                .plus(times(OUTCALL_REQUEST_BYTE, requestBytes))
                .plus(times(OUTCALL_RESPONSE_BYTE, responseBytesMax))
                .times(NODES);
    }

    /// What an outcall does that is paid for by what it used.
    public record Outcall(
            long requestBytes,
            long roundtripMillis,
            long rawResponseBytes,
            long transformedResponseBytes,
            long transformInstructions) {}

    /// {@return the price of an outcall by what it used: the one that `ic0.cost_http_request_v2` tells}
    public Cycles outcall(Outcall used) {
        return price(1_000_000 + 140_000 * NODES + 800 * NODES * NODES)
                .plus(times(50, used.requestBytes()))
                .plus(times(50, used.rawResponseBytes()))
                .plus(times(300, used.roundtripMillis()))
                .plus(times(1, Long.divideUnsigned(used.transformInstructions(), NODES)))
                .plus(times(10 * NODES + 650, used.transformedResponseBytes()))
                .times(NODES);
    }

    /// {@return the price of so much memory for a day}
    Cycles memoryPerDay(long bytes) {
        if (isFree) {
            return Cycles.ZERO;
        }
        return Cycles.of(BigInteger.valueOf(bytes)
                .multiply(BigInteger.valueOf(GIB_SECOND * SECONDS_PER_DAY))
                .divide(GIB));
    }

    /// {@return what is to be reserved for so many more bytes on a subnet of which so many are used}
    ///
    /// The fuller a subnet, the longer a byte is paid for in advance.
    Cycles reservation(long usedBytes, long bytes) {
        return isFree ? Cycles.ZERO : reservedUpTo(usedBytes + bytes).minus(reservedUpTo(usedBytes));
    }

    private static Cycles reservedUpTo(long usedBytes) {
        var above = BigInteger.valueOf(Math.max(0, usedBytes - RESERVATION_BYTES));
        var seconds = above.multiply(BigInteger.valueOf(RESERVATION_SECONDS_MAX))
                .divide(BigInteger.valueOf(SUBNET_BYTES - RESERVATION_BYTES));
        return Cycles.of(above.multiply(BigInteger.valueOf(GIB_SECOND))
                .multiply(seconds.shiftRight(1))
                .divide(GIB));
    }

    /// {@return the price of being there for a day, with so much memory}
    Cycles existencePerDay(long bytes) {
        return bytes == 0 ? Cycles.ZERO : price(CANISTER_SECOND * SECONDS_PER_DAY);
    }

    Cycles computePerDay(int percent) {
        return price(COMPUTE_PERCENT_SECOND * SECONDS_PER_DAY * percent);
    }

    /// {@return what a rate comes to in so many seconds}
    static Cycles during(Cycles perDay, long seconds) {
        return perDay.times(seconds).dividedBy(SECONDS_PER_DAY);
    }

    private Cycles price(long amount) {
        return isFree ? Cycles.ZERO : Cycles.of(amount);
    }

    private Cycles times(long each, long count) {
        return price(each).times(count);
    }
}

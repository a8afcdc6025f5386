package decant.replica;

import java.util.concurrent.atomic.LongAdder;

/// What a replica has done since it was opened.
final class Counters {
    final LongAdder rounds = new LongAdder();
    final LongAdder messages = new LongAdder();
    final LongAdder instructions = new LongAdder();
    final LongAdder callsOrdered = new LongAdder();
    final LongAdder callsDenied = new LongAdder();
    final LongAdder callsNotAdmitted = new LongAdder();
    final LongAdder queries = new LongAdder();
    final LongAdder queriesDenied = new LongAdder();
    final LongAdder reads = new LongAdder();
    final LongAdder checkpoints = new LongAdder();
    final LongAdder probes = new LongAdder();
    final LongAdder probeNanos = new LongAdder();
    final LongAdder probeLooks = new LongAdder();

    void countRound(Batch batch, RoundResult result) {
        rounds.increment();
        callsOrdered.add(batch.ingress().size());
        messages.add(result.messages());
        instructions.add(result.instructions());
    }
}

package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.canister.Limits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Fills the places for queries with visits that end when the test says so.
final class GuestsTest {
    private static final Principal POPULAR = Principal.ofCanisterNumber(1);
    private static final Principal SECOND = Principal.ofCanisterNumber(2);
    private static final Principal THIRD = Principal.ofCanisterNumber(3);

    private final CountDownLatch end = new CountDownLatch(1);
    private final List<FutureTask<Guests.Visit<Integer>>> visits = new ArrayList<>();
    private Machine machine;
    private Guests guests;

    @BeforeEach
    void openForOneAtATimeAndFourThatWait(@TempDir Path folder) {
        var config = ReplicaConfig.of(folder).withWaitingQueries(1, 4);
        machine = new Machine(NodeKeys.openOrCreate(folder.resolve("keys"), config.entropy()), Limits.DEFAULT);
        guests = new Guests(
                config, machine, new QueryTally(0), Thread.ofPlatform().factory());
    }

    @AfterEach
    void close() {
        end.countDown();
        guests.close();
        machine.close();
    }

    private void occupy(Principal canister) {
        var begun = new CountDownLatch(1);
        int waiting = guests.waiting();
        boolean isFirst = visits.isEmpty();
        var visit = new FutureTask<>(() -> guests.visit(canister, () -> {
            begun.countDown();
            end.await();
            return 1;
        }));
        visits.add(visit);
        Thread.ofVirtual().start(visit);
        while (isFirst ? begun.getCount() > 0 : guests.waiting() == waiting) {
            Thread.onSpinWait();
        }
    }

    private String denial(Principal canister) {
        return switch (guests.visit(canister, () -> 1)) {
            case Guests.Visit.Done<Integer>(var result) -> "done " + result;
            case Guests.Visit.Refused<Integer>(var denial) -> denial.reason() + ": " + denial.message();
        };
    }

    @Test
    void aPopularCanisterLeavesRoomForOthersAndAllAreServedInTheEnd() throws Exception {
        occupy(POPULAR);
        occupy(POPULAR);
        assertThat(denial(POPULAR)).startsWith("BUSY: too many queries of canister " + POPULAR);
        occupy(SECOND);
        occupy(SECOND);
        occupy(THIRD);
        assertThat(denial(THIRD)).isEqualTo("BUSY: too many queries are waiting; ask again a little later");

        end.countDown();
        for (var visit : visits) {
            assertThat(visit.get()).isEqualTo(new Guests.Visit.Done<>(1));
        }
        assertThat(denial(POPULAR)).isEqualTo("done 1");
        assertThat(denial(THIRD)).isEqualTo("done 1");
    }

    @Test
    void aVisitThatFailsGivesItsPlaceBack() {
        for (int i = 0; i < 10; i++) {
            try {
                guests.visit(POPULAR, () -> {
                    throw new ExecutionException("a fault", null);
                });
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("running guest code failed");
            }
        }
        assertThat(denial(POPULAR)).isEqualTo("done 1");
    }
}

package decant.replica;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Principal;
import decant.canister.state.Charter;
import decant.store.Checkpoint;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class StateRecordsTest {
    @Test
    void aCheckpointOfAnotherVersionIsNotReadButNamed() {
        var written = StateRecords.encode(State.genesis(Principal.ofCanisterNumber(0), Charter.OPEN));
        var records = new TreeMap<>(written.records());
        byte[] subnet = records.get("subnet").get();
        subnet[0] = 99;
        records.put("subnet", () -> subnet);

        assertThatThrownBy(() -> StateRecords.decode(new Checkpoint(written.height(), records, written.images())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the checkpoint of round 0 cannot be read")
                .hasMessageContaining("has format version 99, expected");
    }
}

package decant.candid;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ValueTest {
    private static final Did DID = Did.parse("""
            service : {
              status : (record { id : principal; depth : opt nat }) ->
                (record { status : variant { running; stopped : text }; hash : opt blob; tags : vec text; size : nat64 });
            }
            """);

    @Test
    void aRecordIsBuiltAndReadByName() {
        var types = DID.method("status").orElseThrow().argumentTypes();
        var argument = Value.record().with("id", Value.principal(Principal.ANONYMOUS));
        var read = Candid.decode(Candid.encode(List.of(argument), types), types, Quota.DEFAULT)
                .getFirst();
        assertThat(read.field("id").toPrincipal()).isEqualTo(Principal.ANONYMOUS);
        assertThat(read.optionalField("depth")).isEmpty();
        assertThat(read.find("unknown")).isEmpty();
    }

    @Test
    void aVariantIsReadByTheNamesOfTheReadersType() {
        var type = DID.method("status").orElseThrow().resultTypes().getFirst();
        var sent = Value.record(Map.of(
                "status", Value.variant("stopped", Value.text("by its owner")),
                "hash", Value.some(Value.blob(new byte[] {1, 2})),
                "tags", Value.vec(List.of(Value.text("a"))),
                "size", Value.nat64(-1)));
        var read = Candid.decode(Candid.encode(sent, type), type, Quota.DEFAULT);
        assertThat(read.field("status").tag()).isEqualTo("stopped");
        assertThat(read.field("status").is("running")).isFalse();
        assertThat(read.field("status").payload().toText()).isEqualTo("by its owner");
        assertThat(read.optionalField("hash").orElseThrow().toBytes()).containsExactly(1, 2);
        assertThat(read.field("tags").items()).containsExactly(Value.text("a"));
        assertThat(read.field("size").toBigInteger()).isEqualTo("18446744073709551615");
        assertThat(read).isEqualTo(sent);
    }

    @Test
    void aFieldSetAgainReplacesTheOldOne() {
        var record = Value.record().with("a", Value.nat(1)).with("a", Value.nat(2));
        assertThat(record.field("a")).isEqualTo(Value.nat(2));
        assertThat(record.fields()).hasSize(1);
    }

    @Test
    void theHashOfANameIsTheSpecifications() {
        assertThat(Label.hash("")).isZero();
        assertThat(Label.hash("foo")).isEqualTo(5_097_222);
        assertThat(Label.of("☃")).isEqualTo(Label.of(11_272_781));
    }
}

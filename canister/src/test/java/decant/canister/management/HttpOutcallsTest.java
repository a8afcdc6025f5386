package decant.canister.management;

import static decant.canister.management.ManagementKit.ALICE;
import static decant.canister.management.ManagementKit.ref;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.canister.state.ErrorCode;
import decant.canister.state.Outcall;
import decant.canister.state.Outcalls;
import decant.canister.state.StateFormat;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is noted of a request to a server outside before anybody carries it out.
final class HttpOutcallsTest {
    private final ManagementKit kit = new ManagementKit();
    private final Principal canister = kit.create();

    @AfterEach
    void close() {
        kit.close();
    }

    private ManagementKit.Result ask(String fields) {
        return kit.asCanister(canister, 5).call("http_request", "(record {" + fields + "})");
    }

    private static String request(String method, String url, String headers) {
        return "url = \"" + url + "\"; method = variant { " + method + " }; headers = vec {" + headers + "};";
    }

    private static String get() {
        return request("get", "https://example.com/", "");
    }

    @Test
    void aRequestIsKeptUntilItHasEnded() {
        assertThat(ask(request("post", "https://example.com/a", "record { name = \"a\"; value = \"b\" }")
                                + "body = opt blob \"xyz\"; max_response_bytes = opt 77; transform = opt record {"
                                + "function = func " + ref(canister).substring("principal ".length()) + ".clean;"
                                + "context = blob \"c\" }")
                        .isPending())
                .isTrue();
        var outcall = kit.subnet().outcalls().find(0).orElseThrow();
        assertThat(outcall.request().method()).isEqualTo(Outcall.Method.POST);
        assertThat(outcall.request().bytes()).isEqualTo(5);
        assertThat(outcall.responseBytesMax()).isEqualTo(77);
        assertThat(outcall.transform()).map(Outcall.Transform::method).contains("clean");

        var read = StateFormat.read(StateFormat.records(kit.subnet()), Map.copyOf(StateFormat.images(kit.subnet())));
        assertThat(read.outcalls())
                .usingRecursiveComparison()
                .isEqualTo(kit.subnet().outcalls());
        assertThat(StateFormat.stateHash(read)).isEqualTo(StateFormat.stateHash(kit.subnet()));
    }

    @Test
    void thereIsALimitForAllThatAreUnderWay() {
        ask(get());
        var one = kit.subnet().outcalls().find(0).orElseThrow();
        var many = IntStream.range(0, Outcalls.COUNT_MAX)
                .boxed()
                .reduce(Outcalls.NONE, (outcalls, _) -> outcalls.plus(one), (a, _) -> a);
        kit.setOutcalls(many);
        ask(get()).refunds(5).isRejectedSaying(ErrorCode.CANISTER_REJECTED_MESSAGE, "at most 3000");
        kit.setOutcalls(many.minus(17).minus(17));
        assertThat(ask(get()).isPending()).isTrue();
        assertThat(kit.subnet().outcalls().find(17)).isEmpty();
        assertThat(kit.subnet().outcalls().find(Outcalls.COUNT_MAX)).isPresent();
    }

    @Test
    void oneCanisterDoesNotOccupyTheRoomOfOthers() {
        var large = request("post", "https://example.com/", "") + "body = opt blob \"" + "x".repeat(1_999_000) + "\";";
        while (kit.subnet().outcalls().bytesHeld() + 2_000_000 < Outcalls.BYTES_OF_A_CANISTER_MAX) {
            assertThat(ask(large).isPending()).isTrue();
        }
        ask(large)
                .refunds(5)
                .isRejectedSaying(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "The HTTP requests of canister " + canister
                                + " that are in flight occupy as much as those of one"
                                + " canister may: 67108864 bytes");
        assertThat(ask(get()).isPending()).isTrue();
        assertThat(kit.asCanister(kit.create(), 5)
                        .call("http_request", "(record {" + large + "})")
                        .isPending())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"put", "delete", "patch"})
    void whatChangesTheServerIsForRequestsThatOneNodeMakes(String method) {
        var request = request(method, "https://example.com/", "");
        ask(request).isRejectedSaying(ErrorCode.CANISTER_REJECTED_MESSAGE, "is_replicated = opt false");
        assertThat(ask(request + "is_replicated = opt false;").isPending()).isTrue();
    }

    @Test
    void aRequestBeyondALimitIsRefused() {
        ask(request("get", "https://example.com/" + "x".repeat(8_192), ""))
                .isRejectedSaying(ErrorCode.CANISTER_REJECTED_MESSAGE, "at most 8192");
        ask(get() + "max_response_bytes = opt 2000001;")
                .isRejectedSaying(ErrorCode.CANISTER_REJECTED_MESSAGE, "max_response_bytes is 2000001");
        ask(get() + "body = opt blob \"" + "x".repeat(2_000_001) + "\";")
                .isRejectedSaying(ErrorCode.CANISTER_REJECTED_MESSAGE, "at most 2000000");
        ask(request("get", "https://example.com/", headers(65, "v")))
                .isRejectedSaying(ErrorCode.INVALID_MANAGEMENT_PAYLOAD, "65 headers");
        ask(request("get", "https://example.com/", headers(1, "v".repeat(8_193))))
                .isRejectedSaying(ErrorCode.INVALID_MANAGEMENT_PAYLOAD, "8193 bytes");
        ask(request("get", "https://example.com/", headers(7, "v".repeat(8_000))))
                .isRejectedSaying(ErrorCode.INVALID_MANAGEMENT_PAYLOAD, "at most 49152");
        ask(get() + "transform = opt record { function = func \"" + ALICE + "\".clean; context = blob \"\" };")
                .isRejectedSaying(ErrorCode.CANISTER_REJECTED_MESSAGE, "must be a method of the canister");
        assertThat(kit.subnet().outcalls()).isEqualTo(Outcalls.NONE);
    }

    private static String headers(int count, String value) {
        return IntStream.range(0, count)
                .mapToObj(i -> "record { name = \"n\"; value = \"" + value + "\" }")
                .collect(Collectors.joining(";"));
    }

    @Test
    void theOperatorListsAllCanistersAsRanges() {
        kit.setOperator(ALICE);
        var second = kit.create();
        var third = kit.create();
        var fourth = kit.create();
        kit.as(ALICE).call("stop_canister", ManagementKit.about(third));
        kit.as(ALICE).call("delete_canister", ManagementKit.about(third)).succeeds();
        kit.as(ALICE)
                .query("list_canisters", "()")
                .replies("(record { canisters = vec { record { start = " + ref(canister) + "; end = " + ref(second)
                        + " }; record { start = " + ref(fourth) + "; end = " + ref(fourth) + " } } })");
    }
}

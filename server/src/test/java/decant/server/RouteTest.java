package decant.server;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTest {
    private static final Principal CANISTER = Principal.ofCanisterNumber(1);

    @ParameterizedTest
    @CsvSource({
        "v2, call, CALL_ASYNCHRONOUSLY",
        "v3, call, CALL",
        "v4, call, CALL",
        "v2, query, QUERY",
        "v3, query, QUERY",
        "v2, read_state, READ_STATE",
        "v3, read_state, READ_STATE"
    })
    void everyVersionOfEveryEndpointLeadsToItsAction(String version, String endpoint, Route.Action action) {
        assertThat(Route.of("POST", "/api/" + version + "/canister/" + CANISTER + "/" + endpoint))
                .isEqualTo(new Route.OfCanister(action, CANISTER));
    }

    @Test
    void theManagementCanisterIsAnEffectiveCanisterToo() {
        assertThat(Route.of("POST", "/api/v4/canister/aaaaa-aa/call"))
                .isEqualTo(new Route.OfCanister(Route.Action.CALL, Principal.MANAGEMENT_CANISTER));
    }

    @ParameterizedTest
    @CsvSource({"v4, call, CALL", "v3, query, QUERY", "v2, read_state, READ_STATE", "v3, read_state, READ_STATE"})
    void everyVersionOfEveryEndpointOfASubnetLeadsToItsAction(
            String version, String endpoint, Route.SubnetAction action) {
        assertThat(Route.of("POST", "/api/" + version + "/subnet/" + CANISTER + "/" + endpoint))
                .isEqualTo(new Route.OfSubnet(action, CANISTER));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  | /                                      | 404 | there is nothing at /;",
                "GET  | /api/v2/statu                          | 404 | there is nothing at /api/v2/statu;",
                "POST | /api/v5/canister/aaaaa-aa/call         | 404 | there is nothing at /api/v5/canister/aaaaa-aa/call;",
                "POST | /api/v4/canister/aaaaa-aa/query        | 404 | there is nothing at",
                "POST | /api/v3/subnet/aaaaa-aa/call           | 404 | there is nothing at",
                "POST | /api/v4/canister/aaaaa-aa/call/        | 404 | there is nothing at",
                "POST | /api/v4/canister/counter/call          | 400 | the path names no canister: \"counter\" is not a",
                "POST | /api/v3/subnet/x/read_state            | 400 | the path names no subnet: \"x\" is not a principal",
                "GET  | /api/v4/canister/aaaaa-aa/call         | 405 | method GET is not allowed on",
                "POST | /api/v2/status                         | 405 | method POST is not allowed on /api/v2/status; use GET",
                "PUT  | /health                                | 405 | method PUT is not allowed on /health; use GET"
            })
    void otherPathsAndMethodsAreRefusedWithAReason(String method, String path, int status, String reason) {
        assertThat(Route.of(method, path)).isInstanceOfSatisfying(Route.Nowhere.class, nowhere -> {
            assertThat(nowhere.reply().status()).isEqualTo(status);
            assertThat(new String(nowhere.reply().body(), StandardCharsets.UTF_8))
                    .startsWith(reason)
                    .endsWith("\n");
        });
    }
}

package decant.server;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.protocol.CallResponse;
import decant.protocol.Certificate;
import decant.protocol.Identity;
import decant.protocol.Label;
import decant.protocol.Pem;
import decant.protocol.PublicKey;
import decant.protocol.QueryResponse;
import decant.protocol.ReadStateResponse;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import decant.protocol.SignedRequest;
import decant.protocol.SigningKey;
import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What is about a subnet and no canister of it is asked at the endpoints of the subnet.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SubnetEndpointsTest {
    private static final Identity ANYBODY = new Identity.KeyHolder(new SigningKey.Ed25519SigningKey(new byte[32]));
    private static final Principal ELSEWHERE = Principal.of(new byte[29]);
    private static final byte[] NOTHING = Candid.encode(List.of());
    private static final byte[] DEFAULTS = Candid.encode(List.of(Value.record()));

    private Replica replica;
    private HttpServer server;
    private TestClient client;
    private Identity operator;
    private Principal subnet;

    @BeforeAll
    void startNode(@TempDir Path folder) throws IOException {
        replica = Replica.open(ReplicaConfig.of(folder));
        server = HttpServer.start(ServerConfig.DEFAULT.withAddress("127.0.0.1", 0), replica);
        client = new TestClient(server.port());
        operator = new Identity.KeyHolder(Pem.read(Files.readString(folder.resolve("operator.pem"))));
        subnet = client.rootKey().subnetId();
    }

    @AfterAll
    void stopNode() {
        client.close();
        server.close();
        replica.close();
    }

    private SignedRequest call(Identity caller, Principal receiver, String method, byte[] argument) {
        return caller.sign(client.callContent(caller, receiver, method, argument));
    }

    private SignedRequest manage(Identity caller, String method, byte[] argument) {
        return call(caller, Principal.MANAGEMENT_CANISTER, method, argument);
    }

    private HttpResponse<byte[]> post(Principal to, String endpoint, SignedRequest request) {
        return client.post(endpoint.formatted(to), request.envelope());
    }

    private HttpResponse<byte[]> postCall(Principal to, SignedRequest request) {
        return post(to, "/api/v4/subnet/%s/call", request);
    }

    private Response outcome(SignedRequest request) {
        byte[] body = TestClient.expectStatus(postCall(subnet, request), 200);
        return switch (CallResponse.decode(body)) {
            case CallResponse.NotReplicated(var rejection) -> rejection;
            case CallResponse.Accepted _ -> throw new AssertionError("the call did not end in time");
            case CallResponse.Certified(var certificate) ->
                TestClient.outcome(client.verified(certificate, Principal.MANAGEMENT_CANISTER), request.requestId());
        };
    }

    private Response asked(Identity caller, String method) {
        var request = caller.sign(TestClient.queryContent(caller, Principal.MANAGEMENT_CANISTER, method, NOTHING));
        byte[] body = TestClient.expectStatus(post(subnet, "/api/v3/subnet/%s/query", request), 200);
        var answer = QueryResponse.decode(body);
        assertThat(answer.signatures()).singleElement().satisfies(signature -> {
            var node = PublicKey.fromDer(
                    read(List.of("subnet")).found("subnet", subnet, "node", signature.identity(), "public_key"));
            assertThat(signature.verify(answer.response(), request.requestId(), node))
                    .isTrue();
        });
        return answer.response();
    }

    private Certificate read(List<String> path) {
        var answer = client.tryReadState(
                ANYBODY, "/api/v3/subnet/" + subnet + "/read_state", List.of(Label.path(path.toArray())));
        return client.verified(
                ReadStateResponse.decode(TestClient.expectStatus(answer, 200)).certificate(),
                Principal.MANAGEMENT_CANISTER);
    }

    private static void assertRefused(HttpResponse<byte[]> response, int status, String reason) {
        assertThat(response.statusCode()).as(TestClient.text(response)).isEqualTo(status);
        assertThat(TestClient.text(response)).contains(reason);
    }

    private static Principal created(Response response) {
        return Candid.decode(ManagementClient.replied(response), Quota.DEFAULT)
                .getFirst()
                .field("canister_id")
                .toPrincipal();
    }

    @Test
    void anybodyMakesACanisterWithProvisionalCycles() {
        var request = manage(ANYBODY, "provisional_create_canister_with_cycles", DEFAULTS);
        var canister = created(outcome(request));
        assertThat(replica.stateHash(canister)).isPresent();

        var path = RequestStatus.path(request.requestId());
        var answer = client.tryReadState(ANYBODY, "/api/v3/subnet/" + subnet + "/read_state", List.of(path));
        var certificate = client.verified(
                ReadStateResponse.decode(TestClient.expectStatus(answer, 200)).certificate(),
                Principal.MANAGEMENT_CANISTER);
        assertThat(created(TestClient.outcome(certificate, request.requestId())))
                .isEqualTo(canister);
    }

    @Test
    void ofUsersOnlyTheOperatorMakesACanisterWithoutCycles() {
        var canister = created(outcome(manage(operator, "create_canister", DEFAULTS)));
        assertThat(replica.stateHash(canister)).isPresent();
        assertThat(outcome(manage(ANYBODY, "create_canister", DEFAULTS)))
                .isInstanceOfSatisfying(
                        Response.Rejected.class,
                        rejected -> assertThat(rejected.message())
                                .isEqualTo("Only canisters can call ic00 method create_canister"));
    }

    @Test
    void theOperatorListsTheCanisters() {
        var canister = created(outcome(manage(operator, "create_canister", DEFAULTS)));
        var listed = Candid.decode(ManagementClient.replied(asked(operator, "list_canisters")), Quota.DEFAULT)
                .getFirst();
        assertThat(listed.field("canisters").items())
                .anySatisfy(
                        range -> assertThat(range.field("end").toPrincipal()).isGreaterThanOrEqualTo(canister));
        assertThat(asked(ANYBODY, "list_canisters"))
                .isInstanceOfSatisfying(
                        Response.Rejected.class,
                        rejected -> assertThat(rejected.message()).startsWith("Only the operator of this node"));
    }

    @Test
    void anotherSubnetIsNotHere() {
        var request = manage(operator, "create_canister", DEFAULTS);
        assertRefused(
                postCall(ELSEWHERE, request), 404, "subnet " + ELSEWHERE + " is not here; this node's is " + subnet);
        var query = operator.sign(
                TestClient.queryContent(operator, Principal.MANAGEMENT_CANISTER, "list_canisters", NOTHING));
        assertRefused(post(ELSEWHERE, "/api/v3/subnet/%s/query", query), 404, "is not here");
    }

    @Test
    void whatIsAboutACanisterIsRefusedHere() {
        var canister = created(outcome(manage(operator, "create_canister", DEFAULTS)));
        var about = Candid.encode(List.of(Value.record().with("canister_id", Value.principal(canister))));
        assertRefused(
                postCall(subnet, manage(operator, "start_canister", about)),
                400,
                "found start_canister of aaaaa-aa; send it to the endpoint of the canister that it is about");
        assertRefused(
                postCall(subnet, call(operator, canister, "create_canister", DEFAULTS)),
                400,
                "found create_canister of " + canister);
        var query = operator.sign(
                TestClient.queryContent(operator, Principal.MANAGEMENT_CANISTER, "canister_status", about));
        assertRefused(post(subnet, "/api/v3/subnet/%s/query", query), 400, "found canister_status of aaaaa-aa");
    }

    @Test
    void aCallIsNoQueryAndAQueryNoCall() {
        assertThat(outcome(manage(operator, "list_canisters", NOTHING)))
                .isInstanceOfSatisfying(
                        Response.Rejected.class,
                        rejected -> assertThat(rejected.message())
                                .isEqualTo("list_canisters API is only accessible in non-replicated mode"));
        assertThat(asked(operator, "create_canister")).isInstanceOf(Response.Rejected.class);
    }
}

package decant.server;

import decant.protocol.CallResponse;
import decant.protocol.Cbor;
import decant.protocol.CborValue;
import decant.protocol.QueryResponse;
import decant.protocol.ReadStateResponse;
import decant.replica.Denial;
import decant.replica.Replica;
import decant.replica.Served;

/// The Internet Computer's HTTP interface over one replica, free of sockets: route and body in, reply out.
final class NodeApi {
    private final Replica replica;
    private final int ingressBytesMax;
    private final String implementation;

    NodeApi(Replica replica, int ingressBytesMax, String implementation) {
        this.replica = replica;
        this.ingressBytesMax = ingressBytesMax;
        this.implementation = implementation;
    }

    Reply status() {
        var status = replica.status();
        return Reply.cbor(Cbor.encodeSelfDescribed(CborValue.map(
                CborValue.entry("root_key", CborValue.bytes(status.rootKeyDer())),
                CborValue.entry("impl_version", CborValue.text(implementation)),
                CborValue.entry("replica_health_status", CborValue.text(health(status.healthy()))),
                CborValue.entry("certified_height", CborValue.nat(status.height())))));
    }

    Reply health() {
        var status = replica.status();
        return Reply.json(
                status.healthy() ? 200 : 503,
                "{\"status\":\"%s\",\"certified_height\":%d}\n".formatted(health(status.healthy()), status.height()));
    }

    private static String health(boolean healthy) {
        return healthy ? "healthy" : "unhealthy";
    }

    Reply ofCanister(Route.OfCanister route, byte[] body) {
        var canister = route.effectiveCanister();
        return switch (route.action()) {
            case CALL -> body.length > ingressBytesMax ? tooLarge(body) : called(replica.call(canister, body));
            case CALL_ASYNCHRONOUSLY ->
                body.length > ingressBytesMax ? tooLarge(body) : submitted(replica.submit(canister, body));
            case QUERY -> queried(replica.query(canister, body));
            case READ_STATE -> read(replica.readState(canister, body));
        };
    }

    Reply ofSubnet(Route.OfSubnet route, byte[] body) {
        var subnet = route.effectiveSubnet();
        return switch (route.action()) {
            case CALL -> body.length > ingressBytesMax ? tooLarge(body) : called(replica.callSubnet(subnet, body));
            case QUERY -> queried(replica.querySubnet(subnet, body));
            case READ_STATE -> read(replica.readSubnetState(subnet, body));
        };
    }

    private Reply tooLarge(byte[] body) {
        return Reply.refusal(
                413,
                "a call has at most " + ingressBytesMax + " bytes, found " + body.length
                        + "; send large Wasm modules in chunks (upload_chunk, install_chunked_code)");
    }

    private static Reply called(Served<CallResponse> served) {
        return switch (served) {
            case Served.Denied<CallResponse>(var denial) -> denied(denial);
            case Served.Answered<CallResponse>(CallResponse.Accepted _) -> Reply.empty(202);
            case Served.Answered<CallResponse>(var response) -> Reply.cbor(response.encode());
        };
    }

    private static Reply submitted(Served<CallResponse> served) {
        return switch (served) {
            case Served.Denied<CallResponse>(var denial) -> denied(denial);
            case Served.Answered<CallResponse>(CallResponse.NotReplicated(var rejection)) ->
                Reply.cbor(CallResponse.encodeAsynchronous(rejection));
            case Served.Answered<CallResponse> _ -> Reply.empty(202);
        };
    }

    private static Reply queried(Served<QueryResponse> served) {
        return switch (served) {
            case Served.Denied<QueryResponse>(var denial) -> denied(denial);
            case Served.Answered<QueryResponse>(var response) -> Reply.cbor(response.encode());
        };
    }

    private static Reply read(Served<ReadStateResponse> served) {
        return switch (served) {
            case Served.Denied<ReadStateResponse>(var denial) -> denied(denial);
            case Served.Answered<ReadStateResponse>(var response) -> Reply.cbor(response.encode());
        };
    }

    private static Reply denied(Denial denial) {
        int status = switch (denial.reason()) {
            case MALFORMED, UNAUTHENTICATED -> 400;
            case FORBIDDEN -> 403;
            case NOT_FOUND -> 404;
            case BUSY -> 429;
            case CLOSING -> 503;
        };
        return Reply.refusal(status, denial.message());
    }
}

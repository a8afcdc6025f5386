package decant.replica;

import decant.base.Principal;
import decant.canister.Query;
import decant.canister.QueryResult;
import decant.canister.management.Checkups;
import decant.canister.management.Management;
import decant.canister.management.Rehearsing;
import decant.canister.state.CanisterState;
import decant.canister.state.Payload;
import decant.canister.state.SenderInfo;
import decant.canister.system.BuiltIns;
import decant.protocol.Content.QueryContent;
import decant.protocol.Content.ReadStateContent;
import decant.protocol.NodeSignature;
import decant.protocol.QueryResponse;
import decant.protocol.ReadStateResponse;
import decant.replica.Gate.Passage.Passed;
import decant.replica.Gate.Passage.Stopped;
import decant.replica.Served.Answered;
import decant.replica.Served.Denied;
import java.util.List;
import java.util.Optional;

/// Answers requests that change nothing from the last certified state: queries, signed by the node, and read_state.
final class Reads {
    private final Gate gate;
    private final Management management;
    private final Guests guests;
    private final Rehearsals rehearsals;
    private final UpgradabilityProbe probe;
    private final Writer writer;
    private final NodeKeys keys;
    private final TimeSource clock;
    private final Counters counters;

    Reads(
            Gate gate,
            Management management,
            Guests guests,
            Rehearsals rehearsals,
            UpgradabilityProbe probe,
            Writer writer,
            NodeKeys keys,
            TimeSource clock,
            Counters counters) {
        this.gate = gate;
        this.management = management;
        this.guests = guests;
        this.rehearsals = rehearsals;
        this.probe = probe;
        this.writer = writer;
        this.keys = keys;
        this.clock = clock;
        this.counters = counters;
    }

    Served<QueryResponse> query(Endpoint endpoint, byte[] request) {
        counters.queries.increment();
        return switch (gate.pass(request, QueryContent.class)) {
            case Stopped<QueryContent>(var denial) -> new Denied<>(denial);
            case Passed<QueryContent> passed -> query(endpoint, passed);
        };
    }

    private Served<QueryResponse> query(Endpoint endpoint, Passed<QueryContent> passed) {
        var content = passed.content();
        var misplaced = gate.misplaced(endpoint, content.canisterId(), content.methodName(), content.argument());
        if (misplaced.isPresent()) {
            return new Denied<>(misplaced.get());
        }
        boolean isManagement = content.canisterId().equals(Principal.MANAGEMENT_CANISTER);
        if (isManagement && content.methodName().equals(Rehearsing.METHOD)) {
            var visit = rehearsals.rehearse(writer.latest().state(), content.sender(), content.argument());
            return switch (visit) {
                case Guests.Visit.Done<Payload>(var payload) -> new Answered<>(signed(passed, payload));
                case Guests.Visit.Refused<Payload>(var denial) -> new Denied<>(denial);
            };
        }
        if (isManagement && content.methodName().equals(Checkups.METHOD)) {
            var subnet = writer.latest().state().subnet();
            return new Answered<>(
                    signed(passed, Checkups.answer(subnet, content.sender(), content.argument(), probe::found)));
        }
        if (isManagement) {
            var payload = management.query(
                    writer.latest().state().subnet(), content.sender(), content.methodName(), content.argument());
            return new Answered<>(signed(passed, payload));
        }
        return switch (queryCanister(content)) {
            case Guests.Visit.Done<QueryResult>(var result) -> new Answered<>(signed(passed, result.payload()));
            case Guests.Visit.Refused<QueryResult>(var denial) -> new Denied<>(denial);
        };
    }

    private Guests.Visit<QueryResult> queryCanister(QueryContent content) {
        var latest = writer.latest();
        boolean certifies = latest.state()
                        .subnet()
                        .canister(content.canisterId())
                        .map(CanisterState::certifiedData)
                        .filter(data -> data.length > 0)
                        .isPresent()
                || BuiltIns.certifies(content.canisterId(), content.methodName());
        // A certificate that is handed out should be recent; a canister without certified data makes no use of it.
        var certified = certifies ? writer.fresh() : latest;
        var query = new Query(
                content.sender(),
                content.senderInfo().map(info -> new SenderInfo(info.signer(), info.info())),
                content.canisterId(),
                content.methodName(),
                content.argument());
        return guests.query(certified.state(), query, Optional.of(certified.dataCertificate(content.canisterId())));
    }

    private QueryResponse signed(Passed<QueryContent> passed, Payload payload) {
        var response = RoundDraft.response(payload);
        var signature = NodeSignature.sign(response, passed.envelope().requestId(), clock.nowNanos(), keys.nodeKey());
        return new QueryResponse(response, List.of(signature));
    }

    /// Reads through the endpoint of a canister.
    Served<ReadStateResponse> readCanister(Principal canister, byte[] request) {
        return read(Optional.of(canister), request);
    }

    /// Reads through the endpoint of a subnet.
    Served<ReadStateResponse> readSubnet(Principal subnet, byte[] request) {
        return gate.elsewhere(subnet)
                .<Served<ReadStateResponse>>map(Denied::new)
                .orElseGet(() -> read(Optional.empty(), request));
    }

    private Served<ReadStateResponse> read(Optional<Principal> addressed, byte[] request) {
        counters.reads.increment();
        return switch (gate.pass(request, ReadStateContent.class)) {
            case Stopped<ReadStateContent>(var denial) -> new Denied<>(denial);
            case Passed<ReadStateContent> passed -> {
                var certified = writer.fresh();
                var paths = passed.content().paths();
                yield new StateReading(certified.state(), passed.content().sender(), passed.sender(), addressed)
                        .denial(paths)
                        .<Served<ReadStateResponse>>map(Denied::new)
                        .orElseGet(() -> new Answered<>(new ReadStateResponse(certified.certificate(paths))));
            }
        };
    }
}

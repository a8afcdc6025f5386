package decant.server;

import decant.base.Principal;
import decant.server.gateway.Addresses.Address;
import java.util.Set;

/// What a request asks for, as its method and path tell.
sealed interface Route {
    /// What is known of a node without asking a canister.
    enum Fixed implements Route {
        STATUS,
        HEALTH,
        METRICS,
        /// A browser asks whether a page of another origin may ask.
        PREFLIGHT
    }

    /// What can be asked of a canister.
    enum Action {
        /// A call that waits for its outcome.
        CALL("call"),
        /// A call that only waits to be accepted.
        CALL_ASYNCHRONOUSLY("call_async"),
        QUERY("query"),
        READ_STATE("read_state");

        private final String label;

        Action(String label) {
            this.label = label;
        }
    }

    /// A request about a canister, in the interface's sense: its id is the effective canister id.
    record OfCanister(Action action, Principal effectiveCanister) implements Route {}

    /// What can be asked of a subnet.
    enum SubnetAction {
        /// A call that waits for its outcome.
        CALL("subnet_call"),
        QUERY("subnet_query"),
        READ_STATE("subnet_read_state");

        private final String label;

        SubnetAction(String label) {
            this.label = label;
        }
    }

    /// A request about a subnet, in the interface's sense: its id is the effective subnet id.
    record OfSubnet(SubnetAction action, Principal effectiveSubnet) implements Route {}

    /// A page of a canister, or of nobody.
    record Page(Address address) implements Route {}

    /// A request that leads nowhere.
    record Nowhere(Reply reply) implements Route {}

    /// {@return the name of the route in metrics}
    default String label() {
        return switch (this) {
            case Fixed.STATUS -> "status";
            case Fixed.HEALTH -> "health";
            case Fixed.METRICS -> "metrics";
            case Fixed.PREFLIGHT -> "preflight";
            case OfCanister ofCanister -> ofCanister.action().label;
            case OfSubnet ofSubnet -> ofSubnet.action().label;
            case Page _ -> "page";
            case Nowhere _ -> "nowhere";
        };
    }

    /// {@return whether the request has a body to be read}
    default boolean takesBody() {
        return this instanceof OfCanister || this instanceof OfSubnet;
    }

    /// {@return whether a path is one of the interface's, on whatever host}
    static boolean isInterface(String path) {
        return path.startsWith("/api/");
    }

    static Route of(String method, String path) {
        if (method.equals("OPTIONS")) {
            return Fixed.PREFLIGHT;
        }
        var route = ofPath(path);
        var allowed = route.takesBody() ? Set.of("POST") : Set.of("GET", "HEAD");
        if (route instanceof Nowhere || allowed.contains(method)) {
            return route;
        }
        return new Nowhere(Reply.refusal(
                405,
                "method " + method + " is not allowed on " + path + "; use " + (route.takesBody() ? "POST" : "GET")));
    }

    private static Route ofPath(String path) {
        return switch (path) {
            case "/api/v2/status" -> Fixed.STATUS;
            case "/health" -> Fixed.HEALTH;
            case "/metrics" -> Fixed.METRICS;
            default -> ofSegments(path);
        };
    }

    private static Route ofSegments(String path) {
        String[] segments = path.split("/", -1);
        if (!isInterface(path) || segments.length != 6) {
            return nowhere(path);
        }
        String version = segments[2];
        String subject = segments[3];
        String action = segments[5];
        return switch (subject + "/" + action) {
            case "canister/call" ->
                switch (version) {
                    case "v2" -> ofCanister(Action.CALL_ASYNCHRONOUSLY, segments[4]);
                    case "v3", "v4" -> ofCanister(Action.CALL, segments[4]);
                    default -> nowhere(path);
                };
            case "canister/query" ->
                switch (version) {
                    case "v2", "v3" -> ofCanister(Action.QUERY, segments[4]);
                    default -> nowhere(path);
                };
            case "canister/read_state" ->
                switch (version) {
                    case "v2", "v3" -> ofCanister(Action.READ_STATE, segments[4]);
                    default -> nowhere(path);
                };
            case "subnet/call" ->
                switch (version) {
                    case "v4" -> ofSubnet(SubnetAction.CALL, segments[4]);
                    default -> nowhere(path);
                };
            case "subnet/query" ->
                switch (version) {
                    case "v3" -> ofSubnet(SubnetAction.QUERY, segments[4]);
                    default -> nowhere(path);
                };
            case "subnet/read_state" ->
                switch (version) {
                    case "v2", "v3" -> ofSubnet(SubnetAction.READ_STATE, segments[4]);
                    default -> nowhere(path);
                };
            default -> nowhere(path);
        };
    }

    private static Route ofCanister(Action action, String id) {
        try {
            return new OfCanister(action, Principal.parse(id));
        } catch (IllegalArgumentException e) {
            return new Nowhere(Reply.refusal(400, "the path names no canister: " + e.getMessage()));
        }
    }

    private static Route ofSubnet(SubnetAction action, String id) {
        try {
            return new OfSubnet(action, Principal.parse(id));
        } catch (IllegalArgumentException e) {
            return new Nowhere(Reply.refusal(400, "the path names no subnet: " + e.getMessage()));
        }
    }

    private static Route nowhere(String path) {
        return new Nowhere(Reply.refusal(
                404,
                "there is nothing at " + path + "; this node offers /api/v2/status, /api/v4/canister/ID/call, "
                        + "/api/v3/canister/ID/query, /api/v3/canister/ID/read_state, /api/v4/subnet/ID/call, "
                        + "/api/v3/subnet/ID/query, /api/v3/subnet/ID/read_state and their earlier versions, /health and /metrics, and pages of canisters at hosts that begin "
                        + "with their ids, or with ?canisterId=ID"));
    }
}

package decant.server;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Value;
import decant.protocol.Identity;
import decant.protocol.Response;
import java.util.List;
import java.util.Map;

/// A client of a node's management canister.
record ManagementClient(TestClient client) {
    private static final Did MANAGEMENT = Did.parse("""
            service : {
              provisional_create_canister_with_cycles : (record { amount : opt nat }) -> (record { canister_id : principal });
              install_code : (record {
                mode : variant { install; reinstall; upgrade };
                canister_id : principal;
                wasm_module : blob;
                arg : blob
              }) -> ();
              update_settings : (record { canister_id : principal; settings : record { controllers : opt vec principal } }) -> ();
              stop_canister : (record { canister_id : principal }) -> ();
              uninstall_code : (record { canister_id : principal }) -> ();
              delete_canister : (record { canister_id : principal }) -> ();
            }
            """);

    /// {@return the argument of a call as a message}
    static byte[] argument(String method, Value argument) {
        return Candid.encode(
                List.of(argument), MANAGEMENT.method(method).orElseThrow().argumentTypes());
    }

    Response call(Identity identity, Principal effective, String method, Value argument) {
        return client.call(identity, effective, Principal.MANAGEMENT_CANISTER, method, argument(method, argument));
    }

    /// Calls a method that takes nothing but the canister.
    Response call(Identity identity, Principal canister, String method) {
        return call(identity, canister, method, Value.record(Map.of("canister_id", Value.principal(canister))));
    }

    Principal create(Identity identity) {
        var method = "provisional_create_canister_with_cycles";
        var reply = call(identity, Principal.MANAGEMENT_CANISTER, method, Value.record(Map.of("amount", Value.none())));
        var results = MANAGEMENT.method(method).orElseThrow().resultTypes();
        return Candid.decode(replied(reply), results, Quota.DEFAULT)
                .getFirst()
                .field("canister_id")
                .toPrincipal();
    }

    Response install(Identity identity, Principal canister, String mode, byte[] wasm, byte[] argument) {
        return call(
                identity,
                canister,
                "install_code",
                Value.record(Map.of(
                        "mode", Value.variant(mode),
                        "canister_id", Value.principal(canister),
                        "wasm_module", Value.blob(wasm),
                        "arg", Value.blob(argument))));
    }

    static byte[] replied(Response response) {
        return switch (response) {
            case Response.Replied(var argument) -> argument;
            case Response.Rejected rejected -> throw new AssertionError(rejected.toString());
        };
    }
}

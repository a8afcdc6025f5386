package decant.canister;

import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import java.util.Optional;

/// The queries of canisters that are not made of Wasm: the management canister and the system canisters.
@FunctionalInterface
public interface BuiltInQueries {
    /// A subnet on which there are none.
    BuiltInQueries NONE = (_, _, _, _) -> Optional.empty();

    /// {@return the answer, if the query is for a canister of this kind}
    ///
    /// @param dataCertificate shows what the receiver certifies, if that is at hand
    Optional<Payload> query(SubnetState subnet, Query query, Env env, Optional<byte[]> dataCertificate);
}

package decant.canister.management;

import decant.candid.Value;
import decant.canister.state.Account;
import decant.canister.state.CyclesUse;

/// What a canister's cycles were consumed for: the reply of `canister_metrics`.
final class MetricsReply {
    private MetricsReply() {}

    static Value of(Account account) {
        return Value.record()
                .with(
                        "cycles_consumed",
                        Value.record()
                                .with("memory", consumed(account, CyclesUse.MEMORY))
                                .with("compute_allocation", consumed(account, CyclesUse.COMPUTE_ALLOCATION))
                                .with("ingress_induction", consumed(account, CyclesUse.INGRESS_INDUCTION))
                                .with("instructions", consumed(account, CyclesUse.INSTRUCTIONS))
                                .with(
                                        "request_and_response_transmission",
                                        consumed(account, CyclesUse.REQUEST_AND_RESPONSE_TRANSMISSION))
                                .with("uninstall", consumed(account, CyclesUse.UNINSTALL))
                                .with("canister_creation", consumed(account, CyclesUse.CANISTER_CREATION))
                                .with("http_outcalls", consumed(account, CyclesUse.HTTP_OUTCALLS))
                                .with("burned_cycles", consumed(account, CyclesUse.BURNED_CYCLES)));
    }

    private static Value consumed(Account account, CyclesUse use) {
        return SettingsReply.cycles(account.consumed(use));
    }
}

package decant.canister.management;

import decant.base.Principal;
import decant.canister.cycles.OutOfCycles;
import decant.canister.cycles.Tariff;
import decant.canister.state.CanisterState;
import decant.canister.state.CyclesUse;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import java.util.Optional;

/// Takes users' calls in: the canister that a call is for, or about, pays for its bytes.
public sealed interface Induction {
    /// The call is taken in; `payer` is the canister that paid, if one did.
    record Taken(Optional<CanisterState> payer) implements Induction {}

    /// The canister cannot pay.
    record Refused(Payload.Reject reject) implements Induction {}

    static Induction of(SubnetState subnet, Message.Ingress message) {
        return payer(message)
                .flatMap(subnet::canister)
                .map(payer -> charged(subnet, payer, message))
                .orElseGet(() -> new Taken(Optional.empty()));
    }

    private static Induction charged(SubnetState subnet, CanisterState payer, Message.Ingress message) {
        var tariff = Tariff.of(subnet, payer.id());
        if (tariff.isFree()) {
            return new Taken(Optional.empty());
        }
        var price = tariff.prices().ingress(message.envelopeBytes());
        var missing = tariff.missing(payer, price);
        return missing.isZero()
                ? new Taken(Optional.of(Tariff.paid(payer, price, CyclesUse.INGRESS_INDUCTION)))
                : new Refused(OutOfCycles.reject(payer, missing, message.sender()));
    }

    private static Optional<Principal> payer(Message.Ingress message) {
        if (!message.receiver().equals(Principal.MANAGEMENT_CANISTER)) {
            return Optional.of(message.receiver());
        }
        return Method.ofName(message.method())
                .filter(method -> !method.isFreeForUsers() && !isPaidLater(method, message.argument()))
                .flatMap(method -> Interface.subject(method, message.argument()));
    }

    /// {@return whether the message is paid for when it is carried out}
    static boolean isPaidLater(Method method, byte[] argument) {
        return method == Method.UPDATE_SETTINGS && argument.length <= Fees.SETTINGS_BYTES_PAID_LATER_MAX;
    }
}

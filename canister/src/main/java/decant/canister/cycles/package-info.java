/// What canisters pay for what, and what a canister must keep so as not to be frozen.
///
/// ```java
/// var tariff = Tariff.of(subnet, canister.id());
/// var price = tariff.prices().ingress(512);
/// var canPay = tariff.missing(canister, price).isZero();
/// var next = canPay ? Tariff.paid(canister, price, CyclesUse.INGRESS_INDUCTION) : canister;
/// ```
@NullMarked
package decant.canister.cycles;

import org.jspecify.annotations.NullMarked;

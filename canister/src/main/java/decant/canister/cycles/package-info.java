/// What canisters pay: the prices, what a canister must keep so as not to be frozen, and the charges themselves.
///
/// ```java
/// var tariff = Tariff.of(subnet, canister.id());
/// var missing = tariff.missing(canister, tariff.prices().ingress(512));
/// var next = missing.isZero() ? tariff.paid(canister, CyclesUse.INGRESS_INDUCTION, ...) : canister;
/// ```
@NullMarked
package decant.canister.cycles;

import org.jspecify.annotations.NullMarked;

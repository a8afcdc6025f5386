package decant.canister.rehearsal;

import decant.base.Principal;
import decant.canister.Env;
import decant.canister.InstallRequest;
import decant.canister.InstallRequest.Mode;
import decant.canister.rehearsal.Observation.Effect;
import decant.canister.state.CanisterState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// What the steps of one rehearsal share: what is tried, on which forks, and what was found so far.
///
/// The fork `before` keeps the old version, `after` gets the new one. A step leaves the fork `before` as it found it.
final class Trial implements AutoCloseable {
    private final CanisterState live;
    private final InstallRequest request;
    private final RehearsalPlan plan;
    private final Env env;
    private final Allowance allowance;
    private final Acknowledgements acknowledgements;
    private final Versions versions;
    private final Fork before;
    private final Fork after;
    private final List<Observation> observations = new ArrayList<>();

    /// @param forks makes a fork of the canister
    Trial(
            CanisterState live,
            InstallRequest request,
            RehearsalPlan plan,
            Env env,
            Allowance allowance,
            Supplier<Fork> forks) {
        this.live = live;
        this.request = request;
        this.plan = plan;
        this.env = env;
        this.allowance = allowance;
        this.acknowledgements = plan.acknowledgements().and(request);
        this.versions = Versions.of(live, request.module());
        this.before = forks.get();
        this.after = forks.get();
    }

    CanisterState live() {
        return live;
    }

    InstallRequest request() {
        return request;
    }

    RehearsalPlan plan() {
        return plan;
    }

    Env env() {
        return env;
    }

    Allowance allowance() {
        return allowance;
    }

    Versions versions() {
        return versions;
    }

    Fork before() {
        return before;
    }

    Fork after() {
        return after;
    }

    Principal sender() {
        return request.origin().principal();
    }

    /// {@return whether there is an old version whose data the new one takes over}
    boolean upgrades() {
        return switch (request.mode()) {
            case Mode.Upgrade _, Mode.LifecycleUpgrade _ -> live.code().isPresent();
            case Mode.Install _, Mode.Reinstall _ -> false;
        };
    }

    /// {@return the request for one more upgrade, to `module`, with the same argument}
    InstallRequest upgradeTo(byte[] module) {
        var mode = new Mode.Upgrade(false, versions.persistenceAfter());
        return new InstallRequest(mode, module, request.argument(), request.origin());
    }

    void observe(Observation observation) {
        observations.add(observation);
    }

    void observe(List<Observation> more) {
        observations.addAll(more);
    }

    List<Observation> observations() {
        return observations.stream()
                .map(observation -> observation.acknowledged(acknowledgements))
                .toList();
    }

    /// {@return how many findings keep the verdict from being safe so far}
    long reasons() {
        return observations().stream()
                .filter(observation -> observation.weight() != Effect.NONE)
                .count();
    }

    List<Answer> hold(Interview interview, Fork fork) {
        return interview.hold(fork, allowance, plan.bounds().probesMax());
    }

    /// Gives back the memory of the forks.
    @Override
    public void close() {
        before.close();
        after.close();
    }
}

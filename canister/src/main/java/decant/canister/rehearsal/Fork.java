package decant.canister.rehearsal;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.BuiltInQueries;
import decant.canister.Delivery;
import decant.canister.Env;
import decant.canister.Execution;
import decant.canister.Install;
import decant.canister.InstallOutcome;
import decant.canister.InstallRequest;
import decant.canister.Instances;
import decant.canister.ModuleCache;
import decant.canister.Outcome;
import decant.canister.Query;
import decant.canister.StageWatch;
import decant.canister.state.CanisterState;
import decant.canister.state.CanisterStatus;
import decant.canister.state.Code;
import decant.canister.state.MemoryImage;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import decant.canister.state.UpgradePolicy;
import decant.store.PageMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;
import org.pcollections.AmortizedPQueue;

/// A copy of a canister that lives apart: what happens to it happens to nothing else.
///
/// It is alone in its world. Calls to itself are delivered; calls to others are noted and stay without an answer. The
/// copy shares its pages with the canister, so that it costs what it writes; its instances are its own.
final class Fork implements AutoCloseable {
    private static final int INSTANCES_MAX = 2;

    private final Instances instances = new Instances(INSTANCES_MAX);
    private final Install install;
    private final Execution execution;
    private final Allowance allowance;
    private final Env env;
    private CanisterState canister;
    private long pagesWritten;
    private long timeNanos;
    private long requests;

    /// A call of a user: the answer, if there is one, and whom the canister called for it.
    record Conversation(Optional<Payload> answer, SortedSet<String> callsOut) {}

    /// How running a message and what follows from it came out.
    record Effects(Optional<String> trap, SortedSet<String> callsOut) {}

    Fork(CanisterState live, ModuleCache modules, Allowance allowance, Env env) {
        this.install = new Install(modules, instances);
        this.execution = new Execution(modules, instances, BuiltInQueries.NONE);
        this.allowance = allowance;
        this.env = env;
        this.timeNanos = env.timeNanos();
        // The checks are made beside the installation, so that an installation that they would stop is seen to its end.
        this.canister = live.with(draft -> {
            draft.inputQueue = AmortizedPQueue.empty();
            draft.settings = draft.settings.with(settings -> settings.upgradePolicy = UpgradePolicy.OPEN);
        });
    }

    CanisterState canister() {
        return canister;
    }

    long timeNanos() {
        return timeNanos;
    }

    /// Makes the copy what it was, at the time that it was then.
    void become(CanisterState earlier) {
        canister = earlier;
        timeNanos = env.timeNanos();
        pagesWritten = 0;
    }

    private void goOn(CanisterState next) {
        pagesWritten += written(canister, next, Code::heap) + written(canister, next, Code::stable);
        canister = next;
        allowance.hold(pagesWritten * PageMap.PAGE_BYTES);
    }

    /// {@return how many pages of a memory were written; of a memory that begins anew, all that it has}
    private static long written(CanisterState before, CanisterState after, Function<Code, MemoryImage> memory) {
        long pagesBefore = pagesWritten(before, memory);
        long pagesAfter = pagesWritten(after, memory);
        return pagesAfter < pagesBefore ? pagesAfter : pagesAfter - pagesBefore;
    }

    private static long pagesWritten(CanisterState canister, Function<Code, MemoryImage> memory) {
        return canister.code().map(memory).map(MemoryImage::pagesWritten).orElse(0L);
    }

    /// Lets the time pass until `nanos`, if that is not yet over.
    void sleepUntil(long nanos) {
        timeNanos = Math.max(timeNanos, nanos);
    }

    /// Puts code into the copy.
    InstallOutcome install(InstallRequest request, StageWatch watch) {
        var outcome = install.watchedBy(watch).install(canister, request, env());
        allowance.spend(outcome.instructionsUsed(), env.limits().installInstructionsMax());
        outcome.report().failure().ifPresent(failure -> allowance.failed(failure.message()));
        goOn(outcome.next());
        return outcome;
    }

    /// Lets the copy take calls, also if the canister does not.
    void start() {
        if (!canister.isRunning()) {
            canister = canister.with(draft -> draft.status = new CanisterStatus.Running());
        }
    }

    /// Asks a query, with a certificate that certifies nothing.
    Payload query(Principal sender, String method, byte[] argument) {
        var query = new Query(sender, Optional.empty(), canister.id(), method, argument);
        var world = SubnetState.create(Hash.sha256(), timeNanos).with(canister);
        var result = execution.query(world, query, env(), Optional.of(new byte[0]));
        allowance.spend(result.instructionsUsed(), env.limits().queryInstructionsMax());
        if (result.payload() instanceof Payload.Reject reject) {
            allowance.failed(reject.message());
        }
        return result.payload();
    }

    /// Calls a method as a user, and does everything that follows from it inside the canister.
    Conversation call(Principal sender, String method, byte[] argument) {
        var requestId = Hash.sha256(Long.toString(requests++).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        var delivery = delivery(requestId);
        delivery.run(new Message.Ingress(
                requestId, sender, Optional.empty(), canister.id(), method, argument, Long.MAX_VALUE));
        return new Conversation(delivery.answer(), delivery.callsOut());
    }

    /// Runs a system task, and everything that follows from it inside the canister.
    Effects run(Message.Task task) {
        var delivery = delivery(Hash.sha256());
        delivery.run(task);
        return new Effects(delivery.trap(), delivery.callsOut());
    }

    private Env env() {
        var limits = allowance.within(env.limits(), pagesWritten * PageMap.PAGE_BYTES);
        return new Env(timeNanos, env.subnetId(), env.rootKeyDer(), limits, allowance);
    }

    private Delivery delivery(Hash requestId) {
        return new Delivery(
                canister.id(),
                requestId,
                message -> allowance.isLeft() ? Optional.of(execute(message)) : Optional.empty());
    }

    private Outcome execute(Message message) {
        var outcome = execution.execute(canister, message, env());
        allowance.spend(outcome.instructionsUsed(), env.limits().messageInstructionsMax());
        if (outcome instanceof Outcome.Trapped trapped) {
            allowance.failed(trapped.failure().text());
        }
        goOn(outcome.next());
        return outcome;
    }

    /// Gives back the memory of its instances.
    @Override
    public void close() {
        instances.close();
    }
}

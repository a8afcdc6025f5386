package decant.canister;

import decant.canister.CanisterKit.Canister;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.OnTryTrap;
import decant.canister.InstallRequest.Persistence;
import decant.canister.state.Change;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/// Code that is put into a canister which has something to lose: every example, in every mode that runs or compiles
/// code.
record SweepScenario(String name, Function<CanisterKit, Canister> canister, InstallRequest request) {
    private static final String NOTHING = "()";

    /// An example with state, and the module that comes next.
    ///
    /// @param keepsHeap whether its data is in the heap, which an upgrade keeps then
    private record Example(
            String before, String after, String argument, boolean keepsHeap, Consumer<ExampleCanister> fill) {
        private Canister filled(CanisterKit kit) {
            var example = ExampleCanister.install(kit, before, argument);
            fill.accept(example);
            return example.inKit();
        }

        Stream<SweepScenario> scenarios() {
            var fresh = new SweepScenario(
                    after + ", install",
                    CanisterKit::create,
                    request(new Mode.Install(), ExampleCanister.wasm(after), argument));
            var upgrades = keepsHeap
                    ? Stream.of(Optional.of(Persistence.KEEP), Optional.of(Persistence.REPLACE))
                    : Stream.of(Optional.<Persistence>empty());
            return Stream.concat(
                    Stream.of(fresh, over("reinstall", new Mode.Reinstall())), upgrades.flatMap(this::upgrades));
        }

        private Stream<SweepScenario> upgrades(Optional<Persistence> persistence) {
            var name = "upgrade" + persistence.map(choice -> " and " + choice).orElse("");
            var upgrade = new Mode.Upgrade(false, persistence);
            var plain = over(name, upgrade);
            return Stream.of(
                    plain,
                    new SweepScenario(
                            plain.name + ", only tried",
                            this::filled,
                            plain.request().tried()),
                    over(name + ", skip_pre_upgrade", new Mode.Upgrade(true, persistence)),
                    over(name + ", on_try_trap = discard", upgrade.withOnTryTrap(OnTryTrap.DISCARD)));
        }

        private SweepScenario over(String mode, Mode request) {
            return over(mode, request, after, ExampleCanister.wasm(after));
        }

        private SweepScenario over(String mode, Mode request, String named, byte[] module) {
            return new SweepScenario(
                    before + " to " + named + ", " + mode, this::filled, request(request, module, argument));
        }

        SweepScenario lifecycleUpgrade(String named, byte[] module) {
            return over("lifecycle_upgrade", new Mode.LifecycleUpgrade(false), named, module);
        }

        SweepScenario graft(String module) {
            return over("graft", new Mode.LifecycleUpgrade(true), module, ExampleCanister.wasm(module));
        }
    }

    private static final Example COUNTER =
            new Example("counter/v1", "counter/v2", NOTHING, true, counter -> counter.update("add", "(42 : nat)"));
    private static final Example STUCK_COUNTER = new Example(
            "counter/v2-stuck", "counter/v2", NOTHING, true, counter -> counter.update("add", "(42 : nat)"));
    private static final Example CLASSIC_COUNTERS =
            new Example("counter-classic/v1", "counter-classic/v2", NOTHING, false, counters -> {
                counters.update("add", "(\"a\", 5 : nat)");
                counters.update("add", "(\"b\", 6 : nat)");
            });
    private static final Example LEDGER = new Example(
            "ledger/v1",
            "ledger/v2",
            "(null)",
            true,
            ledger -> ledger.update("open", "(0 : nat, 200 : nat, 10 : nat)"));
    private static final Example CHAT = new Example("chat/chat", "chat/chat", "(\"Alice\")", true, chat -> {
        chat.update("meet", chat.principal());
        chat.update("say", "(\"is anybody there?\")");
    });
    private static final Example NOTES =
            new Example("notes/notes", "notes/notes", NOTHING, false, notes -> notes.update("add", "(\"remember\")"));
    private static final Example VAULT =
            new Example("vault/v1", "vault/v2", NOTHING, false, vault -> vault.update("fill", "(4 : nat64)"));
    private static final Example VAULT_WITH_SYMBOLS =
            new Example("vault/v1-symbols", "vault/v2", NOTHING, false, vault -> vault.update("fill", "(51 : nat64)"));
    private static final Example REGISTER = new Example(
            "register/narrow", "register/sound", NOTHING, false, register -> register.update("join", "(700 : nat64)"));

    static Stream<SweepScenario> all() {
        var repairedCounter = WasmFiles.withEmptied(ExampleCanister.wasm("counter/v2-stuck"), "canister_pre_upgrade");
        return Stream.of(
                        Stream.of(COUNTER, CLASSIC_COUNTERS, LEDGER, CHAT, NOTES, VAULT, REGISTER)
                                .flatMap(Example::scenarios),
                        STUCK_COUNTER.upgrades(Optional.of(Persistence.KEEP)),
                        Stream.of(
                                STUCK_COUNTER.lifecycleUpgrade("one with another hook", repairedCounter),
                                VAULT.lifecycleUpgrade("vault/v2", ExampleCanister.wasm("vault/v2")),
                                VAULT_WITH_SYMBOLS.graft("vault/v2-rebuilt"),
                                REGISTER.lifecycleUpgrade("register/sound", ExampleCanister.wasm("register/sound"))))
                .flatMap(scenarios -> scenarios);
    }

    private static InstallRequest request(Mode mode, byte[] module, String argument) {
        return new InstallRequest(
                mode, module, ExampleCanister.candid(argument), new Change.Origin.FromUser(CanisterKit.CONTROLLER));
    }

    /// {@return the request that comes to the same where a hook traps and the upgrade goes on without it}
    InstallRequest withoutHook() {
        return request.mode() instanceof Mode.Upgrade upgrade && upgrade.onTryTrap() == OnTryTrap.DISCARD
                ? new InstallRequest(
                        new Mode.Upgrade(true, upgrade.persistence()),
                        request.module(),
                        request.argument(),
                        request.origin())
                : request;
    }

    @Override
    public String toString() {
        return name;
    }
}

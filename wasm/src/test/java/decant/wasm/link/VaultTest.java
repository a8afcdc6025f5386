package decant.wasm.link;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.CallResult;
import decant.wasm.Features;
import decant.wasm.FunctionType;
import decant.wasm.HostTrap;
import decant.wasm.Imports;
import decant.wasm.Instance;
import decant.wasm.InstanceLimits;
import decant.wasm.Memory;
import decant.wasm.Module;
import decant.wasm.ValueType;
import decant.wasm.link.GraftReport.Basis;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The canister that is stuck with 51 GiB of stable memory because its hooks use the 32-bit calls, and ways out.
class VaultTest {
    private static final Path VAULT = Path.of(System.getProperty("decant.root"), "examples", "vault");
    private static final Set<String> HOOKS =
            Set.of("canister_init", "canister_pre_upgrade", "canister_post_upgrade", "canister_try_pre_upgrade");
    private static final Map<ImportName, ImportName> WIDE = Map.of(
            ic0("stable_size"), ic0("stable64_size"),
            ic0("stable_grow"), ic0("stable64_grow"),
            ic0("stable_read"), ic0("stable64_read"),
            ic0("stable_write"), ic0("stable64_write"));

    private static ImportName ic0(String name) {
        return new ImportName("ic0", name);
    }

    private static Module module(String name) throws IOException {
        return Module.parse(Files.readAllBytes(VAULT.resolve(name + ".wasm")), Features.IC);
    }

    @Test
    void theVersionWithRepairedHooksFitsTheHeapOfTheStuckOne() throws Exception {
        var repaired = module("v2");
        Machine.onBigStack(() -> {
            try (var stuck = Vault.install(module("v1"))) {
                stuck.expectStuck();
                try (var mended = stuck.replaced(repaired)) {
                    mended.expectUpgradeTo(repaired);
                }
                return stuck;
            }
        });
    }

    @Test
    void theRescuedVersionFitsTheHeapOfTheStuckOne() throws Exception {
        var rescued = (RescueResult.Rescued) Rescue.widen(module("v1"), HOOKS, WIDE);
        assertThat(rescued.changed()).containsExactly("save", "load");
        Machine.onBigStack(() -> {
            try (var stuck = Vault.install(module("v1"))) {
                stuck.expectStuck();
                try (var mended = stuck.replaced(Module.parse(rescued.module(), Features.IC))) {
                    mended.expectUpgradeTo(module("v2"));
                }
                return stuck;
            }
        });
    }

    @Test
    void theHooksOfARebuiltVersionAreGraftedOntoTheStuckOne() throws Exception {
        var grafted = graft(module("v1"), Optional.of(module("v1-symbols")));
        assertThat(grafted.report().basis()).isEqualTo(Basis.SYMBOLS);
        expectRepairedBy(grafted);
    }

    @Test
    void theHooksOfARebuiltVersionAreGraftedOntoTheStuckOneWithoutItsSymbols() throws Exception {
        var grafted = graft(module("v1"), Optional.empty());
        assertThat(grafted.report().basis()).isEqualTo(Basis.CODE);
        expectRepairedBy(grafted);
    }

    @Test
    void aGraftedModuleIsGraftedAgain() throws Exception {
        var again = graft(parsed(graft(module("v1"), Optional.empty())), Optional.empty());
        expectRepairedBy(again);
        var symbols = Optional.of(module("v1-symbols"));
        expectRepairedBy(graft(parsed(graft(module("v1"), symbols)), symbols));
    }

    private static GraftResult.Grafted graft(Module installed, Optional<Module> symbols) throws Exception {
        var result = Graft.graft(installed, module("v2-rebuilt"), symbols, HOOKS);
        assertThat(result).isInstanceOf(GraftResult.Grafted.class);
        return (GraftResult.Grafted) result;
    }

    private static Module parsed(GraftResult.Grafted grafted) {
        return Module.parse(grafted.module(), Features.IC);
    }

    private static void expectRepairedBy(GraftResult.Grafted grafted) throws Exception {
        assertThat(grafted.report().appended())
                .containsExactly("verify_document", "each_entry", "save", "save_entry", "load");
        assertThat(grafted.report().shared()).containsExactly("allocate");
        var upgraded = module("v2");
        Machine.onBigStack(() -> {
            try (var stuck = Vault.install(module("v1"))) {
                stuck.expectStuck();
                try (var mended = stuck.replaced(parsed(grafted))) {
                    mended.expectUpgradeTo(upgraded);
                    assertThat(mended.log)
                            .containsExactly(
                                    "The vault saves its index.", "The vault has saved its index, to the last entry.");
                }
                return stuck;
            }
        });
    }

    @Test
    void aRescuedModuleKeepsItsMetadata() throws Exception {
        var original = module("v1");
        var rescued = (RescueResult.Rescued) Rescue.widen(original, HOOKS, WIDE);
        var module = Module.parse(rescued.module(), Features.IC);
        var section = original.customSections().stream()
                .filter(custom -> custom.name().equals("icp:public candid:service"))
                .findFirst()
                .orElseThrow();
        assertThat(module.customSections()).anySatisfy(custom -> {
            assertThat(custom.name()).isEqualTo(section.name());
            assertThat(custom.content()).isEqualTo(section.content());
        });
        assertThat(module.functionName(module.importedFunctionCount())).isEqualTo("fill");
    }

    @Test
    void theSymbolsOfAModuleMakeNoDifference() throws Exception {
        assertThat(HeapProof.compare(module("v1"), module("v1-symbols"), Set.of()))
                .isInstanceOf(Verdict.Fits.class);
    }

    @Test
    void theRebuiltVersionDoesNotFitForItsDataIsElsewhere() throws Exception {
        var verdict = (Verdict.Differs) HeapProof.compare(module("v1"), module("v2-rebuilt"), HOOKS);
        verdict.differences().forEach(System.out::println);
        assertThat(verdict.differences())
                .extracting(Difference::condition)
                .contains(Condition.P1, Condition.P2, Condition.P3, Condition.P4);
    }

    /// A running vault and a host for it, with just the calls it makes.
    private static final class Vault implements AutoCloseable {
        private static final long PAGE = 65_536;
        private static final long GIBIBYTES = 51;

        private final Instance instance;
        private final Stable stable;
        private byte[] argument = {};
        private final List<byte[]> reply = new ArrayList<>();
        private final List<String> log = new ArrayList<>();

        private Vault(Module module, boolean fresh, Stable stable) {
            this.stable = stable;
            instance = fresh
                    ? Instance.instantiate(module, imports(), InstanceLimits.DEFAULT)
                    : Instance.resume(module, imports(), InstanceLimits.DEFAULT);
            instance.begin();
        }

        static Vault install(Module module) {
            return new Vault(module, true, new Stable());
        }

        Vault replaced(Module module) {
            var fits = (Verdict.Fits) HeapProof.compare(instance.module(), module, HOOKS);
            var next = new Vault(module, false, stable);
            next.instance.setGlobals(fits.renumbering().carry(instance.globals(), next.instance.globals()));
            Memory memory = instance.memory().orElseThrow();
            Memory nextMemory = next.instance.memory().orElseThrow();
            nextMemory.grow((memory.bytes() - nextMemory.bytes()) / PAGE);
            nextMemory.write(0, memory.read(0, (int) memory.bytes()));
            return next;
        }

        void expectStuck() {
            call("canister_update fill", GIBIBYTES);
            assertThat(replied()).isEqualTo(GIBIBYTES - 1);
            call("canister_query verify");
            var result = run("canister_pre_upgrade");
            assertThat(result)
                    .isInstanceOfSatisfying(
                            CallResult.Trapped.class,
                            trapped -> assertThat(trapped.trap().message()).contains("32 bit"));
        }

        /// Upgrades in the ordinary way, and checks that every document is there.
        void expectUpgradeTo(Module module) {
            call("canister_query verify");
            assertThat(replied()).isEqualTo(GIBIBYTES - 1);
            call("canister_pre_upgrade");
            try (var next = new Vault(module, true, stable)) {
                next.call("canister_post_upgrade");
                next.call("canister_query verify");
                assertThat(next.replied()).isEqualTo(GIBIBYTES - 1);
                next.call("canister_query letters");
                assertThat(next.replied()).isEqualTo(GIBIBYTES / 2);
            }
        }

        void call(String export, long... arguments) {
            argument = arguments.length == 0
                    ? "DIDL\0\0".getBytes(ISO_8859_1)
                    : ByteBuffer.allocate(15)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .put("DIDL\0\1x".getBytes(ISO_8859_1))
                            .putLong(arguments[0])
                            .array();
            reply.clear();
            assertThat(run(export)).as(export).isInstanceOf(CallResult.Returned.class);
        }

        CallResult run(String export) {
            instance.setFuel(1L << 40);
            return instance.call(instance.exportedFunction(export).orElseThrow());
        }

        long replied() {
            return ByteBuffer.wrap(reply.getLast())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
        }

        private Imports imports() {
            return Imports.none()
                    .with("ic0", "msg_arg_data_size", type("", "i"), (_, s) -> s[0] = argument.length)
                    .with(
                            "ic0",
                            "msg_arg_data_copy",
                            type("iii", ""),
                            (caller, s) -> memory(caller).write(s[0] & 0xFFFF_FFFFL, argument))
                    .with(
                            "ic0",
                            "msg_reply_data_append",
                            type("ii", ""),
                            (caller, s) -> reply.add(memory(caller).read(s[0] & 0xFFFF_FFFFL, (int) s[1])))
                    .with("ic0", "msg_reply", type("", ""), (_, _) -> {})
                    .with("ic0", "trap", type("ii", ""), (caller, s) -> {
                        throw trap(text(caller, s));
                    })
                    .with("ic0", "debug_print", type("ii", ""), (caller, s) -> log.add(text(caller, s)))
                    .with("ic0", "stable64_size", type("", "I"), (_, s) -> s[0] = stable.pages)
                    .with("ic0", "stable64_grow", type("I", "I"), (_, s) -> s[0] = stable.grow(s[0]))
                    .with(
                            "ic0",
                            "stable64_read",
                            type("III", ""),
                            (caller, s) -> memory(caller).write(s[0], stable.read(s[1], (int) s[2])))
                    .with(
                            "ic0",
                            "stable64_write",
                            type("III", ""),
                            (caller, s) -> stable.write(s[0], memory(caller).read(s[1], (int) s[2])))
                    .with("ic0", "stable_size", type("", "i"), (_, s) -> s[0] = stable.small().pages)
                    .with(
                            "ic0",
                            "stable_write",
                            type("iii", ""),
                            (caller, s) ->
                                    stable.small().write(s[0], memory(caller).read(s[1] & 0xFFFF_FFFFL, (int) s[2])))
                    .with(
                            "ic0",
                            "stable_read",
                            type("iii", ""),
                            (caller, s) ->
                                    memory(caller).write(s[0], stable.small().read(s[1], (int) s[2])));
        }

        private static String text(Instance caller, long[] slots) {
            return new String(memory(caller).read(slots[0] & 0xFFFF_FFFFL, (int) slots[1]), UTF_8);
        }

        private static Memory memory(Instance instance) {
            return instance.memory().orElseThrow();
        }

        private static HostTrap trap(String text) {
            return new HostTrap(text);
        }

        private static FunctionType type(String parameters, String results) {
            return new FunctionType(types(parameters), types(results));
        }

        private static List<ValueType> types(String letters) {
            return letters.chars()
                    .mapToObj(letter -> letter == 'i' ? ValueType.I32 : ValueType.I64)
                    .toList();
        }

        @Override
        public void close() {
            instance.close();
        }
    }

    /// Stable memory, of which only pieces that were written take up memory.
    private static final class Stable {
        private final TreeMap<Long, byte[]> pieces = new TreeMap<>();
        private long pages;

        Stable small() {
            if (pages > 65_536) {
                throw Vault.trap("32 bit stable memory api used on a memory larger than 4GB");
            }
            return this;
        }

        long grow(long by) {
            long before = pages;
            pages += by;
            return before;
        }

        void write(long offset, byte[] bytes) {
            pieces.put(offset, bytes);
        }

        byte[] read(long offset, int length) {
            var piece = pieces.floorEntry(offset);
            if (piece == null) {
                return new byte[length];
            }
            int from = (int) (offset - piece.getKey());
            return Arrays.copyOfRange(piece.getValue(), from, from + length);
        }
    }
}

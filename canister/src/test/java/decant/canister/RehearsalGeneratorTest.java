package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.GeneratedCanister.Change;
import decant.canister.GeneratedCanister.Fault;
import decant.canister.GeneratedCanister.Style;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.rehearsal.RehearsalPlan;
import decant.canister.rehearsal.Verdict;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Many canisters and upgrades made by chance, some broken in known ways: no broken one may be called safe.
final class RehearsalGeneratorTest {
    private static final long SEED = 6;
    private static final int EACH = 4;
    private static final String HARMLESS = "(harmless)";

    private final CanisterKit kit = new CanisterKit();
    private final Random random = new Random(SEED);
    private final Map<String, Map<Verdict, Integer>> matrix = new TreeMap<>();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void noBrokenUpgradeIsCalledSafeAndNoHarmlessOneIsCalledAnythingElse() {
        kit.with(limits -> limits.withInstallInstructionsMax(20_000_000));
        for (Style style : Style.values()) {
            for (Fault fault : Fault.values()) {
                for (int i = 0; i < EACH && fault.suits(style); i++) {
                    var old = old(style);
                    rehearse(old, old.with(changes()).with(fault), fault.name());
                }
            }
            for (int i = 0; i < EACH * 8; i++) {
                var old = old(style);
                rehearse(old, old.with(changes()), HARMLESS);
            }
            for (Fault hook :
                    EnumSet.of(Fault.PRE_UPGRADE_TRAPS, Fault.PRE_UPGRADE_CALLS, Fault.PRE_UPGRADE_NEVER_ENDS)) {
                var old = old(style).with(hook);
                rehearse(old, old(style).with(changes()), "OLD_" + hook);
            }
        }
        System.out.println(table());
        matrix.forEach((kind, verdicts) -> {
            if (kind.equals(HARMLESS)) {
                assertThat(verdicts).as(kind).containsOnlyKeys(Verdict.SAFE);
            } else {
                assertThat(verdicts).as(kind).doesNotContainKey(Verdict.SAFE);
            }
        });
    }

    private GeneratedCanister old(Style style) {
        return new GeneratedCanister(style, 2 + random.nextInt(4), Set.of(), Set.of());
    }

    private Set<Change> changes() {
        var changes = EnumSet.noneOf(Change.class);
        Arrays.stream(Change.values()).filter(_ -> random.nextInt(3) == 0).forEach(changes::add);
        return changes;
    }

    private void rehearse(GeneratedCanister old, GeneratedCanister fresh, String kind) {
        var canister = kit.create();
        canister.deployWith(new Mode.Install(), old.module(), ExampleCanister.candid("()"))
                .expectInstalled();
        for (int i = random.nextInt(3); i >= 0; i--) {
            bump(canister);
        }
        var persistence = old.style() == Style.KEPT ? Optional.of(Persistence.KEEP) : Optional.<Persistence>empty();
        var rehearsed = Rehearsals.of(canister)
                .module(fresh.module())
                .mode(new Mode.Upgrade(false, persistence))
                .with(_ -> RehearsalPlan.asked(kit.env().limits()))
                .run();
        var verdict = rehearsed.report().verdict();
        matrix.computeIfAbsent(kind, _ -> new EnumMap<>(Verdict.class)).merge(verdict, 1, Integer::sum);
        boolean isRight = kind.equals(HARMLESS) == (verdict == Verdict.SAFE);
        assertThat(isRight)
                .as(() -> old + " -> " + fresh + "\n" + rehearsed.report().toText())
                .isTrue();
    }

    private static void bump(Canister canister) {
        canister.call("bump", ExampleCanister.candid("()")).reply();
    }

    private String table() {
        var text = new StringBuilder("%-40s %7s %7s %7s%n".formatted("upgrades by fault", "safe", "unsafe", "unknown"));
        matrix.forEach((kind, verdicts) -> text.append("%-40s %7d %7d %7d%n"
                .formatted(
                        kind,
                        verdicts.getOrDefault(Verdict.SAFE, 0),
                        verdicts.getOrDefault(Verdict.UNSAFE, 0),
                        verdicts.getOrDefault(Verdict.UNKNOWN, 0))));
        return text.toString();
    }
}

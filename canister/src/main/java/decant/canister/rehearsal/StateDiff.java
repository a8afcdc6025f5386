package decant.canister.rehearsal;

import decant.canister.check.CodeFacts;
import decant.canister.state.CanisterState;
import decant.canister.state.Code;
import decant.canister.state.MemoryImage;
import decant.motoko.StableSignature;
import decant.motoko.StableSignatureException;
import decant.store.PageMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What an upgrade changes in a canister.
///
/// @param regions the virtual memories that a memory manager keeps in stable memory, as far as one does
/// @param variables the stable variables of a Motoko actor, as the code declares them, and what they hold
/// @param unread why it cannot be told what they hold, where it cannot
public record StateDiff(
        Memory heap, Memory stable, List<Region> regions, List<Variable> variables, List<String> unread) {
    static final StateDiff NONE = new StateDiff(Memory.NONE, Memory.NONE, List.of(), List.of(), List.of());

    /// A memory: its sizes, and how many of its pages of 4 KiB are others.
    public record Memory(long bytesBefore, long bytesAfter, long pagesChanged) {
        static final Memory NONE = new Memory(0, 0, 0);
    }

    /// A virtual memory in stable memory, with its number; sizes are in pages of 64 KiB, 0 where it is not there.
    public record Region(int number, long wasmPagesBefore, long wasmPagesAfter, long pagesChanged) {}

    /// A stable variable: its declared types, where it is declared, and what it holds, where that can be read.
    public record Variable(
            String name,
            Optional<String> before,
            Optional<String> after,
            Optional<String> valueBefore,
            Optional<String> valueAfter) {
        public boolean isSame() {
            return before.equals(after);
        }

        /// {@return whether it is known to hold something else than before}
        public boolean isChanged() {
            return valueBefore.isPresent() && valueAfter.isPresent() && !valueBefore.equals(valueAfter);
        }
    }

    public StateDiff {
        regions = List.copyOf(regions);
        variables = List.copyOf(variables);
        unread = List.copyOf(unread);
    }

    /// {@return this, with what the variables hold}
    StateDiff with(HeldVariables before, HeldVariables after) {
        var held = variables.stream()
                .map(variable -> new Variable(
                        variable.name(),
                        variable.before(),
                        variable.after(),
                        Optional.ofNullable(before.values().get(variable.name())),
                        Optional.ofNullable(after.values().get(variable.name()))))
                .toList();
        var why = Stream.of(
                        before.missing().map("before: "::concat),
                        after.missing().map("after: "::concat))
                .flatMap(Optional::stream)
                .toList();
        return new StateDiff(heap, stable, regions, held, why);
    }

    static StateDiff of(
            CanisterState before,
            CanisterState after,
            Optional<CodeFacts> factsBefore,
            Optional<CodeFacts> factsAfter) {
        var heapBefore = before.code().map(Code::heap).orElse(MemoryImage.EMPTY);
        var heapAfter = after.code().map(Code::heap).orElse(MemoryImage.EMPTY);
        var stableBefore = before.code().map(Code::stable).orElse(MemoryImage.EMPTY);
        var stableAfter = after.code().map(Code::stable).orElse(MemoryImage.EMPTY);
        var walk = new StableWalk(StableRegions.of(stableBefore), StableRegions.of(stableAfter));
        long stablePagesChanged = walk.count(stableBefore, stableAfter);
        return new StateDiff(
                new Memory(heapBefore.bytes(), heapAfter.bytes(), pagesChanged(heapBefore, heapAfter)),
                new Memory(stableBefore.bytes(), stableAfter.bytes(), stablePagesChanged),
                walk.regions(),
                variables(signature(factsBefore), signature(factsAfter)),
                List.of());
    }

    static long pagesChanged(MemoryImage before, MemoryImage after) {
        long[] count = {0};
        before.pages().forEachDifference(after.pages(), _ -> count[0]++);
        return count[0];
    }

    /// Counts changed pages by the region that they belong to afterwards.
    private static final class StableWalk {
        private final StableRegions before;
        private final StableRegions after;
        private final SortedMap<Integer, Long> changed = new TreeMap<>();
        private long count;

        StableWalk(StableRegions before, StableRegions after) {
            this.before = before;
            this.after = after;
        }

        long count(MemoryImage stableBefore, MemoryImage stableAfter) {
            stableBefore.pages().forEachDifference(stableAfter.pages(), page -> {
                count++;
                changed.merge(after.memoryAt(page * PageMap.PAGE_BYTES), 1L, Long::sum);
            });
            return count;
        }

        List<Region> regions() {
            var sizesBefore = before.sizes();
            var sizesAfter = after.sizes();
            var numbers = new TreeSet<>(sizesBefore.keySet());
            numbers.addAll(sizesAfter.keySet());
            var regions = new ArrayList<Region>();
            for (int number : numbers) {
                regions.add(new Region(
                        number,
                        sizesBefore.getOrDefault(number, 0L),
                        sizesAfter.getOrDefault(number, 0L),
                        changed.getOrDefault(number, 0L)));
            }
            return regions;
        }
    }

    private static SortedMap<String, String> signature(Optional<CodeFacts> facts) {
        try {
            return facts.flatMap(CodeFacts::stableTypes)
                    .map(text -> StableSignature.parse(text).declarations())
                    .orElseGet(TreeMap::new);
        } catch (StableSignatureException _) {
            return new TreeMap<>();
        }
    }

    private static List<Variable> variables(SortedMap<String, String> before, SortedMap<String, String> after) {
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        return names.stream()
                .map(name -> new Variable(
                        name,
                        Optional.ofNullable(before.get(name)),
                        Optional.ofNullable(after.get(name)),
                        Optional.empty(),
                        Optional.empty()))
                .toList();
    }
}

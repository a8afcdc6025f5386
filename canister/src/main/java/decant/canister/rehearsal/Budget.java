package decant.canister.rehearsal;

import decant.canister.Limits;
import decant.canister.ModuleLimits;
import decant.canister.state.CanisterState;
import decant.canister.state.Code;
import decant.canister.state.InstallReport;
import decant.canister.state.MemoryImage;
import decant.canister.state.Settings;
import decant.canister.state.Stage;
import decant.store.PageMap;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// What upgrades take of what they may.
///
/// @param stages what each stage used, and how large the memories were when it had ended
public record Budget(List<StageUse> stages, List<Line> lines) {
    static final Budget NONE = new Budget(List.of(), List.of());

    /// Which upgrade: the one that is rehearsed, the next one, to the same version, or that after some use of it.
    public enum Turn {
        THIS,
        NEXT,
        USED
    }

    /// What is limited.
    public enum Resource {
        INSTRUCTIONS("instructions"),
        HEAP("heap bytes"),
        STABLE_MEMORY("stable memory bytes"),
        STABLE_ACCESS("stable memory bytes touched"),
        /// What hooks can address that call the System API with 32 bits.
        STABLE_MEMORY_32_BIT("stable memory bytes that the hooks can address");

        private final String text;

        Resource(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// A stage of an upgrade.
    public record StageUse(Turn turn, Stage stage, long instructions, long heapBytes, long stableBytes) {}

    /// How much of a limit is used.
    ///
    /// @param nanosLeft when it will be used up if it goes on growing as it did, where that is known
    public record Line(Turn turn, Resource resource, long used, long limit, OptionalLong nanosLeft) {
        public long headRoomPercent() {
            return limit <= 0 ? 0 : Math.max(0, 100 - (long) Math.ceil(used * 100.0 / limit));
        }
    }

    public Budget {
        stages = List.copyOf(stages);
        lines = List.copyOf(lines);
    }

    static final long ADDRESSABLE_BY_32_BITS = 4L << 30;

    /// Collects what the stages of one upgrade make of the canister, while they are made.
    static final class Meter {
        private record Sizes(Stage stage, MemoryImage heap, MemoryImage stable, boolean is64) {}

        private final List<Sizes> sizes = new ArrayList<>();

        void passed(Stage stage, CanisterState canister, boolean is64) {
            var code = canister.code();
            sizes.add(new Sizes(
                    stage,
                    code.map(Code::heap).orElse(MemoryImage.EMPTY),
                    code.map(Code::stable).orElse(MemoryImage.EMPTY),
                    is64));
        }

        List<StageUse> stages(Turn turn, InstallReport report) {
            var stages = new ArrayList<StageUse>();
            report.usage()
                    .instructions()
                    .forEach((stage, instructions) -> stages.add(new StageUse(
                            turn,
                            stage,
                            instructions,
                            sizes.stream()
                                    .filter(size -> size.stage == stage)
                                    .mapToLong(size -> size.heap.bytes())
                                    .max()
                                    .orElse(report.before().heapBytes()),
                            sizes.stream()
                                    .filter(size -> size.stage == stage)
                                    .mapToLong(size -> size.stable.bytes())
                                    .max()
                                    .orElse(report.before().stableBytes()))));
            return stages;
        }

        /// @param isNarrow whether the hooks address stable memory by 32 bits
        List<Line> lines(
                Turn turn, InstallReport report, Settings settings, Limits limits, Growth growth, boolean isNarrow) {
            var lines = new ArrayList<Line>();
            var usage = report.usage();
            lines.add(line(
                    turn, Resource.INSTRUCTIONS, usage.instructionsUsed(), limits.installInstructionsMax(), growth));
            lines.add(heap(turn, settings, growth));
            long stable = sizes.stream()
                    .mapToLong(size -> size.stable.bytes())
                    .max()
                    .orElse(report.after().stableBytes());
            lines.add(line(turn, Resource.STABLE_MEMORY, stable, limits.stableMemoryBytesMax(), growth));
            if (isNarrow) {
                lines.add(line(turn, Resource.STABLE_MEMORY_32_BIT, stable, ADDRESSABLE_BY_32_BITS, growth));
            }
            lines.add(line(
                    turn,
                    Resource.STABLE_ACCESS,
                    usage.stablePagesTouched() * PageMap.PAGE_BYTES,
                    limits.stableTouchedInInstallBytesMax(),
                    growth));
            return lines;
        }

        /// {@return the heap of the stage that came closest to what it may have}
        private Line heap(Turn turn, Settings settings, Growth growth) {
            long used = 0;
            long limit = ModuleLimits.heapBytesMax(false);
            for (var size : sizes) {
                long allowed = limit(size, settings);
                if (used == 0 || (double) size.heap.bytes() / allowed > (double) used / limit) {
                    used = size.heap.bytes();
                    limit = allowed;
                }
            }
            return line(turn, Resource.HEAP, used, limit, growth);
        }

        /// The hook before the upgrade may use what the module can address, whatever the settings say.
        private static long limit(Sizes size, Settings settings) {
            long addressable = ModuleLimits.heapBytesMax(size.is64);
            long chosen = settings.wasmMemoryLimitBytes();
            return size.stage == Stage.PRE_UPGRADE || chosen == 0 ? addressable : Math.min(chosen, addressable);
        }

        private static Line line(Turn turn, Resource resource, long used, long limit, Growth growth) {
            return new Line(turn, resource, used, limit, growth.nanosUntil(resource, used, limit));
        }
    }
}

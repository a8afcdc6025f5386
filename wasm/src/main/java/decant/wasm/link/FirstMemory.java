package decant.wasm.link;

import decant.wasm.DataSegment;
import decant.wasm.Module;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// What a module's memory holds before any of its code runs: its active data segments, and zeros.
final class FirstMemory {
    private final byte[] module;
    private final NavigableMap<Long, DataSegment> segments;

    private FirstMemory(byte[] module, NavigableMap<Long, DataSegment> segments) {
        this.module = module;
        this.segments = segments;
    }

    /// {@return the module's first memory, if it is known: no place depends on an import, and no segment overwrites
    /// another}
    static Optional<FirstMemory> of(Module module) {
        var segments = new TreeMap<Long, DataSegment>();
        for (DataSegment segment : module.data()) {
            if (segment.offset().isPresent() && segment.length() > 0) {
                var address = DataSegments.address(segment);
                if (address.isEmpty() || segments.put(address.getAsLong(), segment) != null) {
                    return Optional.empty();
                }
            }
        }
        long end = Long.MIN_VALUE;
        for (var segment : segments.entrySet()) {
            if (segment.getKey() < end) {
                return Optional.empty();
            }
            end = segment.getKey() + segment.getValue().length();
        }
        return Optional.of(new FirstMemory(module.bytes(), segments));
    }

    byte at(long address) {
        var segment = segments.floorEntry(address);
        if (segment == null || address - segment.getKey() >= segment.getValue().length()) {
            return 0;
        }
        return module[segment.getValue().start() + (int) (address - segment.getKey())];
    }

    /// {@return some bytes as a number, the lowest one first}
    long word(long address, int bytes) {
        long word = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            word = word << Byte.SIZE | at(address + i) & 0xFF;
        }
        return word;
    }

    /// {@return whether there are zeros alone}
    boolean isZero(long address, long length) {
        var first = segments.floorKey(address);
        var within = segments.subMap(first == null ? address : first, true, address + length, false);
        for (var segment : within.entrySet()) {
            long from = Math.max(address, segment.getKey());
            long to = Math.min(
                    address + length, segment.getKey() + segment.getValue().length());
            for (long at = from; at < to; at++) {
                if (at(at) != 0) {
                    return false;
                }
            }
        }
        return true;
    }
}

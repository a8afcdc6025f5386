package decant.wasm.link;

import decant.wasm.link.Program.Datum;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Where the static data of a program is.
record Layout(List<Segment> segments, Map<String, Long> addresses) {
    /// Some data in a row. What is all zero at the end of the memory has no segment in a module.
    record Segment(String name, long start, long length, List<Datum> data, boolean inModule) {}

    /// {@return a layout in an order made up}
    static Layout of(Program program, Random random) {
        var layout = new Layout(new ArrayList<>(), new LinkedHashMap<>());
        long next = RandomProgram.STACK_BYTES;
        next = layout.add(
                ".rodata", next, program.data.stream().filter(d -> d.constant).toList(), true, random);
        next = layout.add(
                ".data",
                next,
                program.data.stream().filter(d -> !d.constant && !d.isZero()).toList(),
                true,
                random);
        layout.add(".bss", next, program.data.stream().filter(Datum::isZero).toList(), false, random);
        return layout;
    }

    /// {@return this layout for a program that has all of its data, and from an address on what else the program has}
    Layout with(Program program, long from) {
        var layout = new Layout(new ArrayList<>(), new LinkedHashMap<>(addresses));
        for (Segment segment : segments) {
            var names = segment.data.stream().map(d -> d.name).toList();
            var data = program.data.stream()
                    .filter(d -> names.contains(d.name))
                    .sorted(Comparator.comparingInt(d -> names.indexOf(d.name)))
                    .toList();
            layout.segments.add(new Segment(segment.name, segment.start, segment.length, data, segment.inModule));
        }
        var rest = program.data.stream()
                .filter(d -> !addresses.containsKey(d.name))
                .toList();
        layout.add(".rodata.more", from, rest, true, RandomProgram.random(0));
        return layout;
    }

    private long add(String name, long from, List<Datum> data, boolean inModule, Random random) {
        var shuffled = new ArrayList<>(data);
        Collections.shuffle(shuffled, random);
        long start = from + 15 & ~15L;
        long next = start;
        for (Datum datum : shuffled) {
            addresses.put(datum.name, next);
            next += datum.content.length;
        }
        if (!data.isEmpty()) {
            segments.add(new Segment(name, start, next - start, shuffled, inModule));
        }
        return next;
    }

    long address(Datum datum) {
        Long address = addresses.get(datum.name);
        if (address == null) {
            throw new IllegalArgumentException(datum.name + " has no address");
        }
        return address;
    }
}

package decant.wasm.link;

import decant.wasm.CustomSection;
import decant.wasm.InvalidModuleException;
import decant.wasm.Module;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.SectionId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A module that still knows what its linker knew: its symbols, and where they are used.
///
/// A linker leaves that in the custom sections `linking`, `reloc.CODE` and `reloc.DATA` when it is asked to by
/// `--emit-relocs`. See the linking conventions of WebAssembly.
final class LinkedModule {
    private static final int LINKING_VERSION = 2;
    private static final int SEGMENT_INFO = 5;
    private static final int SYMBOL_TABLE = 8;

    private static final int KIND_FUNCTION = 0;
    private static final int KIND_DATA = 1;
    private static final int KIND_GLOBAL = 2;
    private static final int KIND_SECTION = 3;

    private static final int UNDEFINED = 0x10;
    private static final int EXPLICIT_NAME = 0x40;
    private static final int ABSOLUTE = 0x200;

    private final Module module;
    private final List<Segment> segments = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();
    private final NavigableMap<Integer, Relocation> relocations = new TreeMap<>();
    private final Map<String, @Nullable Symbol> byName = new HashMap<>();
    private final Map<Integer, String> globalNames = new HashMap<>();

    private LinkedModule(Module module) {
        this.module = module;
    }

    private record Segment(String name, long address, long length, int content) {
        Segment moved(long by) {
            return new Segment(name, address + by, length, content);
        }

        boolean isConstant() {
            return name.startsWith(".rodata") || name.startsWith(".data.rel.ro");
        }
    }

    /// {@return whether the module says anything about how it was linked}
    static boolean isLinked(Module module) {
        return section(module, "linking").isPresent()
                && section(module, "reloc.CODE").isPresent();
    }

    /// {@return a module without symbols, whose numbers mean what they are}
    static LinkedModule unlinked(Module module) {
        return new LinkedModule(module);
    }

    /// Reads what a module's linker left.
    ///
    /// @param which what to call the module in an obstacle
    static Optional<LinkedModule> read(Module module, String which, Obstacles obstacles) {
        String remedy = "link it with --emit-relocs, and change it with no other tool afterwards";
        if (!isLinked(module)) {
            obstacles.add(which, "no sections `linking` and `reloc.CODE`", "those that wasm-ld writes", remedy);
            return Optional.empty();
        }
        var linked = new LinkedModule(module);
        try {
            linked.readRelocations();
            linked.readLinking(section(module, "linking").orElseThrow().content());
            linked.checkIndices();
            linked.checkAddresses(which, obstacles, remedy);
        } catch (InvalidModuleException | IndexOutOfBoundsException e) {
            obstacles.add(which, "linking sections that end early or make no sense", "those of wasm-ld", remedy);
            return Optional.empty();
        }
        return obstacles.isEmpty() ? Optional.of(linked) : Optional.empty();
    }

    private static Optional<CustomSection> section(Module module, String name) {
        return module.customSections().stream()
                .filter(section -> section.name().equals(name))
                .findFirst();
    }

    private void readLinking(byte[] content) {
        var section = new CodeReader(content, 0, content.length);
        if (section.u32() != LINKING_VERSION) {
            throw new InvalidModuleException("unknown version of the linking section", 0);
        }
        int symbolTable = -1;
        while (!section.atEnd()) {
            int id = section.u8();
            int size = section.u32();
            int start = section.position();
            if (id == SEGMENT_INFO) {
                readSegments(section);
            } else if (id == SYMBOL_TABLE) {
                symbolTable = start;
            }
            section.seek(start);
            section.skip(size);
        }
        if (symbolTable >= 0) {
            section.seek(symbolTable);
            readSymbols(section);
            if (moveSegments()) {
                symbols.clear();
                byName.clear();
                section.seek(symbolTable);
                readSymbols(section);
            }
        }
    }

    /// Where a segment is that the module does not hold, its code says best. {@return whether one was elsewhere}
    private boolean moveSegments() {
        boolean moved = false;
        var known = new HashSet<Integer>();
        for (Relocation relocation : relocations.values()) {
            if (relocation.kind() == Relocation.Kind.MEMORY_ADDRESS
                    && relocation.bytes() == 0
                    && symbols.get(relocation.index()) instanceof Symbol.Data data
                    && segments.get(data.segment()).content < 0
                    && known.add(data.segment())) {
                long by = addressAt(relocation) - relocation.addend() - data.address();
                moved |= by != 0;
                segments.set(data.segment(), segments.get(data.segment()).moved(by));
            }
        }
        return moved;
    }

    private long addressAt(Relocation relocation) {
        long address = new CodeReader(module.bytes(), relocation.position(), module.bytes().length).s64();
        return is64() ? address : address & 0xFFFF_FFFFL;
    }

    /// The addresses of segments of zeros that the module does not hold follow from those before them.
    private void readSegments(CodeReader section) {
        int count = section.u32();
        long end = 0;
        for (int i = 0; i < count; i++) {
            String name = section.name();
            long alignment = 1L << section.u32();
            section.u32();
            if (i < module.data().size() && module.data().get(i).offset().isPresent()) {
                var data = module.data().get(i);
                long address = DataSegments.address(data).orElse(0);
                end = address + data.length();
                segments.add(new Segment(name, address, data.length(), data.start()));
            } else {
                long address = end + alignment - 1 & -alignment;
                segments.add(new Segment(name, address, 0, -1));
            }
        }
    }

    private void readSymbols(CodeReader section) {
        for (int left = section.u32(); left > 0; left--) {
            int kind = section.u8();
            int flags = section.u32();
            var symbol = switch (kind) {
                case KIND_DATA -> readData(section, flags);
                case KIND_SECTION -> new Symbol.Other("section " + section.u32());
                default -> readIndexed(section, kind, flags);
            };
            symbols.add(symbol);
            // A name that several things have says nothing about any of them.
            byName.put(symbol.name(), byName.containsKey(symbol.name()) ? null : symbol);
            if (symbol instanceof Symbol.Global(String name, int index)) {
                globalNames.put(index, name);
            }
        }
    }

    private Symbol readIndexed(CodeReader section, int kind, int flags) {
        int index = section.u32();
        boolean named = (flags & UNDEFINED) == 0 || (flags & EXPLICIT_NAME) != 0;
        String name = named ? section.name() : "import " + index + " of kind " + kind;
        return switch (kind) {
            case KIND_FUNCTION -> new Symbol.Function(name, index);
            case KIND_GLOBAL -> new Symbol.Global(name, index);
            default -> new Symbol.Other(name);
        };
    }

    private Symbol readData(CodeReader section, int flags) {
        String name = section.name();
        if ((flags & UNDEFINED) != 0) {
            return new Symbol.Missing(name);
        }
        int index = section.u32();
        long offset = section.u64();
        int size = section.u32();
        if ((flags & ABSOLUTE) != 0) {
            return new Symbol.Boundary(name, offset);
        }
        if (size < 0 || offset < 0 || offset > Integer.MAX_VALUE) {
            throw new InvalidModuleException("a symbol ends beyond the memory", section.position());
        }
        var segment = segments.get(index);
        boolean held = segment.content >= 0 && offset + size <= segment.length;
        return new Symbol.Data(
                name,
                segment.address + offset,
                size,
                index,
                held ? Math.toIntExact(segment.content + offset) : -1,
                segment.isConstant());
    }

    private void readRelocations() {
        readRelocations("reloc.CODE", false);
        readRelocations("reloc.DATA", true);
    }

    private void readRelocations(String name, boolean ofData) {
        var found = section(module, name);
        if (found.isPresent()) {
            byte[] content = found.get().content();
            var section = new CodeReader(content, 0, content.length);
            int start = sectionStarts().get(section.u32());
            for (int left = section.u32(); left != 0; left--) {
                var relocation = Relocation.read(section, start);
                if (relocation.kind() != Relocation.Kind.OTHER && relocation.bytes() > 0 != ofData) {
                    throw new InvalidModuleException("a relocation of code in data, or the reverse", 0);
                }
                relocations.put(relocation.position(), relocation);
            }
        }
    }

    /// {@return where the content of each section begins, custom ones included}
    private List<Integer> sectionStarts() {
        var starts = new ArrayList<Integer>();
        byte[] bytes = module.bytes();
        var reader = new CodeReader(bytes, 8, bytes.length);
        while (!reader.atEnd()) {
            int id = reader.u8();
            assert id <= SectionId.DATA_COUNT : id;
            int size = reader.u32();
            starts.add(reader.position());
            reader.skip(size);
        }
        return starts;
    }

    private void checkIndices() {
        for (Relocation relocation : relocations.values()) {
            if (relocation.kind() != Relocation.Kind.TYPE_INDEX) {
                Objects.checkIndex(relocation.index(), symbols.size());
            }
        }
        for (Symbol symbol : symbols) {
            if (symbol instanceof Symbol.Function function) {
                Objects.checkIndex(function.index(), module.functionCount());
            } else if (symbol instanceof Symbol.Global global) {
                Objects.checkIndex(global.index(), module.globalTypes().size());
            }
        }
    }

    /// Checks that addresses in the code are what the symbols say.
    private void checkAddresses(String which, Obstacles obstacles, String remedy) {
        for (Relocation relocation : relocations.values()) {
            if (relocation.kind() == Relocation.Kind.MEMORY_ADDRESS
                    && relocation.bytes() == 0
                    && !(symbol(relocation) instanceof Symbol.Missing)) {
                var symbol = symbol(relocation);
                long expected = address(symbol) + relocation.addend() & (is64() ? -1 : 0xFFFF_FFFFL);
                long found = addressAt(relocation);
                if (found != expected) {
                    obstacles.add(
                            which + ", symbol `" + symbol.name() + "`",
                            "the address 0x%x at offset 0x%x".formatted(found, relocation.position()),
                            "0x%x".formatted(expected),
                            remedy);
                    return;
                }
            }
        }
    }

    /// {@return whether addresses have 64 bits}
    boolean is64() {
        return !module.memories().isEmpty() && module.memories().getFirst().is64();
    }

    Module module() {
        return module;
    }

    /// {@return the symbol with this name, if there is just one}
    Optional<Symbol> symbol(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Collection<Symbol> symbols() {
        return symbols;
    }

    /// {@return what a relocation refers to; not for {@link Relocation.Kind#TYPE_INDEX}}
    Symbol symbol(Relocation relocation) {
        return symbols.get(relocation.index());
    }

    /// {@return the relocation at an offset of the module}
    Optional<Relocation> relocationAt(int position) {
        return Optional.ofNullable(relocations.get(position));
    }

    /// {@return the relocations from `start` to before `end`}
    Collection<Relocation> relocationsIn(int start, int end) {
        return relocations.subMap(start, end).values();
    }

    /// {@return the name of a global, if it has one}
    Optional<String> globalName(int index) {
        return Optional.ofNullable(globalNames.get(index));
    }

    /// {@return the address that a symbol stands for in this module}
    static long address(Symbol symbol) {
        return switch (symbol) {
            case Symbol.Data data -> data.address();
            case Symbol.Boundary boundary -> boundary.address();
            case Symbol.Missing _, Symbol.Function _, Symbol.Global _, Symbol.Other _ -> 0;
        };
    }
}

package decant.wasm.link;

import decant.base.Hash;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Constants that grafted hooks bring along, in one piece: where each is in it, and which words of it are addresses in
/// the piece itself.
final class NewConstants {
    private static final int ALIGNMENT_MAX = 16;

    private final Map<Symbol.Data, Integer> offsets = new LinkedHashMap<>();
    private final List<Patch> patches = new ArrayList<>();
    private byte[] content = {};

    /// A word at `offset` that is the address of the piece plus `target`.
    record Patch(int offset, long target) {}

    /// Says what words in constants are, that are not addresses in the piece itself.
    interface Words {
        long address(Symbol symbol);

        long slot(int function);
    }

    private NewConstants() {}

    static NewConstants of(LinkedModule module, Iterable<Symbol.Data> constants, Words words) {
        var piece = new NewConstants();
        int size = 0;
        for (Symbol.Data constant : constants) {
            int alignment = (int) Math.min(ALIGNMENT_MAX, Math.max(1, Long.lowestOneBit(constant.address())));
            size = size + alignment - 1 & -alignment;
            piece.offsets.put(constant, size);
            size += constant.size();
        }
        // Whole words, so that they can be checked word by word.
        piece.content = new byte[Math.max(Long.BYTES, size + 7 & ~7)];
        piece.offsets.forEach((constant, offset) -> piece.fill(module, constant, offset, words));
        return piece;
    }

    private void fill(LinkedModule module, Symbol.Data constant, int offset, Words words) {
        System.arraycopy(module.module().bytes(), constant.content(), content, offset, constant.size());
        for (Relocation relocation : module.relocationsIn(constant.content(), constant.content() + constant.size())) {
            int at = offset + relocation.position() - constant.content();
            var symbol = module.symbol(relocation);
            var inside = offset(symbol);
            if (relocation.kind() == Relocation.Kind.TABLE_INDEX && symbol instanceof Symbol.Function function) {
                write(at, words.slot(function.index()), relocation.bytes());
            } else if (inside.isPresent()) {
                patches.add(new Patch(at, inside.getAsInt() + relocation.addend()));
            } else {
                write(at, words.address(symbol) + relocation.addend(), relocation.bytes());
            }
        }
    }

    private void write(int at, long value, int bytes) {
        byte[] word = new BinaryOutput().fixed(value, bytes).bytes();
        System.arraycopy(word, 0, content, at, bytes);
    }

    boolean isEmpty() {
        return offsets.isEmpty();
    }

    /// {@return the bytes of the piece, patches not yet applied}
    byte[] content() {
        return content;
    }

    List<Patch> patches() {
        return patches;
    }

    /// {@return where a constant is in the piece, if it is}
    OptionalInt offset(Symbol symbol) {
        Integer offset = symbol instanceof Symbol.Data data ? offsets.get(data) : null;
        return offset == null ? OptionalInt.empty() : OptionalInt.of(offset);
    }

    /// {@return a number, not zero, by which the piece is told from those of other grafts}
    long identity() {
        var description = new BinaryOutput().raw(content);
        patches.forEach(patch -> description.u32(patch.offset()).signed(patch.target()));
        long identity = 0;
        byte[] hash = Hash.sha256(description.bytes()).bytes();
        for (int i = 0; i < Long.BYTES; i++) {
            identity = identity << Byte.SIZE | hash[i] & 0xFF;
        }
        return identity | 1;
    }
}

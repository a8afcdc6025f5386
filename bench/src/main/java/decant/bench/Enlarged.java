package decant.bench;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/// A module made as large as one likes by copies of its own functions, which nobody calls.
///
/// It does what it did, but has to be decoded and validated whole, as the large canisters whose first messages run a
/// small part of them.
final class Enlarged {
    private static final int HEADER_BYTES = 8;
    private static final int FUNCTION_SECTION = 3;
    private static final int CODE_SECTION = 10;

    private final byte[] wasm;
    private int at;

    private Enlarged(byte[] wasm) {
        this.wasm = wasm;
    }

    /// {@return the module with as many copies of each function as make it at least so large}
    static byte[] to(int bytes, byte[] wasm) {
        var module = new Enlarged(wasm);
        int code = module.bytesOf(CODE_SECTION);
        int copies = bytes <= wasm.length ? 0 : (bytes - wasm.length + code - 1) / code;
        return module.withCopies(copies);
    }

    private int bytesOf(int wanted) {
        at = HEADER_BYTES;
        while (at < wasm.length) {
            int section = wasm[at++];
            int length = u32();
            if (section == wanted) {
                return length;
            }
            at += length;
        }
        throw new IllegalArgumentException("the module has no section " + wanted);
    }

    private byte[] withCopies(int copies) {
        var enlarged = new ByteArrayOutputStream();
        enlarged.write(wasm, 0, HEADER_BYTES);
        at = HEADER_BYTES;
        while (at < wasm.length) {
            int section = wasm[at++];
            int length = u32();
            int end = at + length;
            byte[] content = Arrays.copyOfRange(wasm, at, end);
            if (section == FUNCTION_SECTION || section == CODE_SECTION) {
                int count = u32();
                content = repeated(count, Arrays.copyOfRange(wasm, at, end), copies);
            }
            enlarged.write(section);
            writeU32(enlarged, content.length);
            enlarged.writeBytes(content);
            at = end;
        }
        return enlarged.toByteArray();
    }

    private static byte[] repeated(int count, byte[] entries, int copies) {
        var section = new ByteArrayOutputStream();
        writeU32(section, count * (copies + 1));
        for (int i = 0; i <= copies; i++) {
            section.writeBytes(entries);
        }
        return section.toByteArray();
    }

    private int u32() {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = wasm[at++];
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static void writeU32(ByteArrayOutputStream out, int value) {
        int rest = value;
        for (; rest >>> 7 != 0; rest >>>= 7) {
            out.write(rest & 0x7f | 0x80);
        }
        out.write(rest);
    }
}

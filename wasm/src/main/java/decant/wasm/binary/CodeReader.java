package decant.wasm.binary;

import static java.nio.charset.StandardCharsets.UTF_8;

import decant.wasm.InvalidModuleException;
import decant.wasm.ValueType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/// A cursor over part of a module's bytes: it reads what the binary format is made of, never past its end.
///
/// Every fault is an {@link InvalidModuleException} at the offset it was found. Code that has been validated reads
/// without faults.
public final class CodeReader {
    /// A block type without parameters and results.
    public static final int EMPTY_BLOCK = -0x40;

    private static final int HAS_MEMORY_INDEX = 0x40;

    private final byte[] bytes;
    private final int end;
    private int position;

    private int alignment;
    private int memoryIndex;
    private long offset;

    /// A cursor at `start` that reads up to before `end`.
    public CodeReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    /// {@return the offset in the module of the byte to be read next}
    public int position() {
        return position;
    }

    /// Moves to an offset in the module, at most the end.
    public void seek(int target) {
        assert target >= 0 && target <= end : target;
        position = target;
    }

    /// {@return the offset in the module behind the last byte}
    public int end() {
        return end;
    }

    /// {@return how many bytes are left}
    public int remaining() {
        return end - position;
    }

    public boolean atEnd() {
        return position >= end;
    }

    /// {@return an unsigned byte}
    public int u8() {
        if (position >= end) {
            throw unexpectedEnd();
        }
        return bytes[position++] & 0xFF;
    }

    /// {@return the next instruction's code, as in {@link Opcode}}
    public int opcode() {
        int at = position;
        int first = u8();
        if (first != 0xFC && first != 0xFD) {
            return first;
        }
        int number = u32();
        if (number < 0 || number > 0xFF) {
            throw new InvalidModuleException(
                    "illegal opcode %02x %s".formatted(first, Integer.toUnsignedString(number, 16)), at);
        }
        return first << 8 | number;
    }

    /// {@return an unsigned 32-bit number; compare it unsigned}
    public int u32() {
        if (position < end && bytes[position] >= 0) {
            return bytes[position++];
        }
        return (int) unsigned(32);
    }

    /// {@return an unsigned 64-bit number; compare it unsigned}
    public long u64() {
        if (position < end && bytes[position] >= 0) {
            return bytes[position++];
        }
        return unsigned(64);
    }

    /// {@return a signed 32-bit number}
    public int s32() {
        return (int) signed(32);
    }

    /// {@return a signed 64-bit number}
    public long s64() {
        return signed(64);
    }

    /// {@return a block's type: {@link #EMPTY_BLOCK}, or a value type's code minus 0x80, or the index of a function
    /// type}
    public int blockType() {
        int at = position;
        long type = signed(33);
        if (type > Integer.MAX_VALUE) {
            throw new InvalidModuleException("unknown type " + type, at);
        }
        return (int) type;
    }

    /// {@return the number of things to come, each of which takes a byte or more, and `what` they are when too many}
    int count(String what, int max) {
        int at = position;
        long count = u32() & 0xFFFF_FFFFL;
        if (count > max) {
            throw new InvalidModuleException("too many %s: at most %d, found %d".formatted(what, max, count), at);
        }
        if (count > remaining()) {
            throw new InvalidModuleException(
                    "unexpected end of section or function: %d %s are announced, %d bytes are left"
                            .formatted(count, what, remaining()),
                    at);
        }
        return (int) count;
    }

    /// {@return the number of bytes to come, which are there}
    int length() {
        int at = position;
        int length = u32();
        if (length < 0 || length > remaining()) {
            throw new InvalidModuleException(
                    "unexpected end of section or function, length out of bounds: %s bytes are announced, %d are left"
                            .formatted(Integer.toUnsignedString(length), remaining()),
                    at);
        }
        return length;
    }

    /// {@return a name: its length and that many bytes of UTF-8}
    public String name() {
        int length = length();
        int at = position;
        position += length;
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length)).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidModuleException("malformed UTF-8 encoding", at);
        }
    }

    /// {@return the type of a value}
    public ValueType valueType() {
        int at = position;
        int code = u8();
        if (!ValueType.isCode(code)) {
            throw new InvalidModuleException("malformed value type %02x".formatted(code), at);
        }
        return ValueType.ofCode(code);
    }

    /// {@return the type of a reference}
    public ValueType referenceType() {
        int at = position;
        int code = u8();
        if (code != ValueType.FUNCREF.code() && code != ValueType.EXTERNREF.code()) {
            throw new InvalidModuleException("malformed reference type %02x".formatted(code), at);
        }
        return ValueType.ofCode(code);
    }

    /// {@return four bytes, little-endian}
    public int fixed32() {
        require(4);
        int value = (int) Bytes.INT.get(bytes, position);
        position += 4;
        return value;
    }

    /// {@return eight bytes, little-endian}
    public long fixed64() {
        require(8);
        long value = (long) Bytes.LONG.get(bytes, position);
        position += 8;
        return value;
    }

    /// Reads the alignment and offset of a load or store; see {@link #alignment} and {@link #offset}.
    public void memoryArgument() {
        int at = position;
        int flags = u32();
        if (flags < 0 || flags >= 2 * HAS_MEMORY_INDEX) {
            throw new InvalidModuleException("malformed memop flags " + Integer.toUnsignedString(flags), at);
        }
        alignment = flags & ~HAS_MEMORY_INDEX;
        memoryIndex = (flags & HAS_MEMORY_INDEX) == 0 ? 0 : u32();
        offset = u64();
    }

    /// {@return the base-2 logarithm of the alignment read last by {@link #memoryArgument}}
    public int alignment() {
        return alignment;
    }

    /// {@return the index of the memory read last by {@link #memoryArgument}: zero in valid code}
    public int memoryIndex() {
        return memoryIndex;
    }

    /// {@return the offset, unsigned, read last by {@link #memoryArgument}}
    public long offset() {
        return offset;
    }

    /// Passes over `count` bytes.
    public void skip(int count) {
        require(count);
        position += count;
    }

    /// Passes over what follows an instruction of this code.
    public void skipImmediates(int opcode) {
        switch (opcode) {
            case Opcode.BLOCK, Opcode.LOOP, Opcode.IF -> blockType();
            case Opcode.BR,
                    Opcode.BR_IF,
                    Opcode.CALL,
                    Opcode.RETURN_CALL,
                    Opcode.LOCAL_GET,
                    Opcode.LOCAL_SET,
                    Opcode.LOCAL_TEE,
                    Opcode.GLOBAL_GET,
                    Opcode.GLOBAL_SET,
                    Opcode.TABLE_GET,
                    Opcode.TABLE_SET,
                    Opcode.MEMORY_SIZE,
                    Opcode.MEMORY_GROW,
                    Opcode.REF_NULL,
                    Opcode.REF_FUNC,
                    Opcode.DATA_DROP,
                    Opcode.ELEM_DROP,
                    Opcode.MEMORY_FILL,
                    Opcode.TABLE_GROW,
                    Opcode.TABLE_SIZE,
                    Opcode.TABLE_FILL -> u32();
            case Opcode.CALL_INDIRECT,
                    Opcode.RETURN_CALL_INDIRECT,
                    Opcode.MEMORY_INIT,
                    Opcode.MEMORY_COPY,
                    Opcode.TABLE_INIT,
                    Opcode.TABLE_COPY -> {
                u32();
                u32();
            }
            case Opcode.BR_TABLE -> {
                for (long left = (u32() & 0xFFFF_FFFFL) + 1; left > 0; left--) {
                    u32();
                }
            }
            case Opcode.SELECT_T -> {
                for (long left = u32() & 0xFFFF_FFFFL; left > 0; left--) {
                    u8();
                }
            }
            case Opcode.I32_CONST -> s32();
            case Opcode.I64_CONST -> s64();
            case Opcode.F32_CONST -> skip(4);
            case Opcode.F64_CONST -> skip(8);
            case Opcode.V128_CONST, Opcode.I8X16_SHUFFLE -> skip(16);
            default -> skipMemoryArgumentOrLane(opcode);
        }
    }

    private void skipMemoryArgumentOrLane(int opcode) {
        if (opcode >= Opcode.V128_LOAD8_LANE && opcode <= Opcode.V128_STORE64_LANE) {
            memoryArgument();
            u8();
        } else if (opcode >= Opcode.I8X16_EXTRACT_LANE_S && opcode <= Opcode.F64X2_REPLACE_LANE) {
            u8();
        } else if (opcode >= Opcode.I32_LOAD && opcode <= Opcode.I64_STORE32
                || opcode >= Opcode.V128_LOAD && opcode <= Opcode.V128_STORE
                || opcode == Opcode.V128_LOAD32_ZERO
                || opcode == Opcode.V128_LOAD64_ZERO) {
            memoryArgument();
        }
    }

    private void require(int count) {
        if (count < 0 || end - position < count) {
            throw unexpectedEnd();
        }
    }

    private InvalidModuleException unexpectedEnd() {
        return new InvalidModuleException("unexpected end of section or function", position);
    }

    private long unsigned(int bits) {
        int at = position;
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            int b = u8();
            if (shift + 7 > bits && b >>> bits - shift != 0) {
                throw overlong(b, at);
            }
            value |= (b & 0x7FL) << shift;
            if (b < 0x80) {
                return value;
            }
        }
    }

    private long signed(int bits) {
        int at = position;
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            int b = u8();
            if (shift + 7 >= bits) {
                // The bits beyond the number's width, and the sign bit below them, must all be equal.
                int unused = (byte) (b << 1) >> bits - shift;
                if (b >= 0x80 || unused != 0 && unused != -1) {
                    throw overlong(b, at);
                }
            }
            value |= (b & 0x7FL) << shift;
            if (b < 0x80) {
                return shift + 7 < 64 ? value << 57 - shift >> 57 - shift : value;
            }
        }
    }

    private static InvalidModuleException overlong(int lastByte, int at) {
        return new InvalidModuleException(
                lastByte >= 0x80 ? "integer representation too long" : "integer too large", at);
    }
}

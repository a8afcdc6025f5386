package decant.replica;

import decant.base.Hash;
import decant.base.Leb128;
import decant.base.Principal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Puts fields one after another: numbers as unsigned LEB128, whatever varies in length behind its length.
final class ByteSink {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    ByteSink number(long value) {
        Leb128.writeUnsigned(out, value);
        return this;
    }

    ByteSink flag(boolean value) {
        return number(value ? 1 : 0);
    }

    ByteSink bytes(byte[] value) {
        number(value.length);
        out.writeBytes(value);
        return this;
    }

    ByteSink text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    ByteSink principal(Principal value) {
        return bytes(value.bytes());
    }

    ByteSink hash(Hash value) {
        out.writeBytes(value.bytes());
        return this;
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }
}

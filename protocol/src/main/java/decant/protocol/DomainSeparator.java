package decant.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// What stands before signed or hashed bytes so that they cannot pass for something else: one length byte and
/// a name.
enum DomainSeparator {
    REQUEST("ic-request"),
    DELEGATION("ic-request-auth-delegation"),
    RESPONSE("ic-response"),
    STATE_ROOT("ic-state-root"),
    SENDER_INFO("ic-sender-info"),
    TREE_EMPTY("ic-hashtree-empty"),
    TREE_FORK("ic-hashtree-fork"),
    TREE_LABELED("ic-hashtree-labeled"),
    TREE_LEAF("ic-hashtree-leaf");

    @SuppressWarnings("ImmutableEnumChecker") // Nobody writes to it.
    private final byte[] bytes;

    DomainSeparator(String name) {
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        bytes = new byte[1 + ascii.length];
        bytes[0] = (byte) ascii.length;
        System.arraycopy(ascii, 0, bytes, 1, ascii.length);
    }

    /// {@return the separator itself; callers must not change it}
    byte[] bytes() {
        return bytes;
    }

    /// {@return `content` behind this separator}
    byte[] before(byte[] content) {
        var out = new ByteArrayOutputStream(bytes.length + content.length);
        out.writeBytes(bytes);
        out.writeBytes(content);
        return out.toByteArray();
    }
}

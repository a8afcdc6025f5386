package decant.canister.state;

import decant.base.Hash;
import decant.base.Leb128;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// The last block of a ledger, as the ledger certifies it. ICRC-3.
///
/// It is a hash tree of two leaves, and what is certified is the root hash of that.
///
/// ```
/// fork
///   labeled "last_block_hash"    leaf hash of the last block
///   labeled "last_block_index"   leaf its number, LEB128
/// ```
public record LedgerTip(long index, Hash hash) {
    private static final String HASH_LABEL = "last_block_hash";
    private static final String INDEX_LABEL = "last_block_index";
    private static final int FORK = 1;
    private static final int LABELED = 2;
    private static final int LEAF = 3;

    /// {@return the root hash of the tree}
    public Hash rootHash() {
        return Hash.sha256(
                separator("ic-hashtree-fork"),
                labeledHash(HASH_LABEL, hash.bytes()).bytes(),
                labeledHash(INDEX_LABEL, Leb128.unsigned(index)).bytes());
    }

    private static Hash labeledHash(String label, byte[] value) {
        var leaf = Hash.sha256(separator("ic-hashtree-leaf"), value);
        return Hash.sha256(separator("ic-hashtree-labeled"), ascii(label), leaf.bytes());
    }

    private static byte[] separator(String domain) {
        return ascii((char) domain.length() + domain);
    }

    /// {@return the tree in CBOR, as the interface specification encodes hash trees}
    public byte[] tree() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0xd9, (byte) 0xd9, (byte) 0xf7, array(3), FORK});
        labeled(out, HASH_LABEL, hash.bytes());
        labeled(out, INDEX_LABEL, Leb128.unsigned(index));
        return out.toByteArray();
    }

    private static void labeled(ByteArrayOutputStream out, String label, byte[] value) {
        out.writeBytes(new byte[] {array(3), LABELED});
        bytes(out, ascii(label));
        out.writeBytes(new byte[] {array(2), LEAF});
        bytes(out, value);
    }

    private static byte array(int length) {
        return (byte) (0x80 + length);
    }

    /// A byte string of fewer than 256 bytes.
    private static void bytes(ByteArrayOutputStream out, byte[] value) {
        if (value.length < 24) {
            out.write(0x40 + value.length);
        } else {
            out.write(0x58);
            out.write(value.length);
        }
        out.writeBytes(value);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

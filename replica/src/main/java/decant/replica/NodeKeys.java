package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.protocol.BlsSecretKey;
import decant.protocol.SigningKey.Ed25519SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The keys of a node, made once and kept in its state directory: the root key, which signs certificates and names the
/// subnet, and the node key, which signs the answers of queries and names the node.
///
/// ```text
/// file = "DECANTKY" version:u32 root-seed:32 node-seed:32 crc32c:u32      big-endian
/// ```
/// Whoever holds this file can forge everything that the node says. Only its owner may read it.
///
/// The file is checked when it is read. The keys are made of it when they are first asked for, since that loads the
/// libraries of both schemes, and who only reads a state needs neither. Any thread may ask.
final class NodeKeys {
    private static final byte[] MAGIC = "DECANTKY".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int SEED_BYTES = 32;
    private static final int FILE_BYTES = 8 + 4 + 2 * SEED_BYTES + 4;

    private final byte[] rootSeed;
    private final byte[] nodeSeed;

    /// Made when first asked for; racing threads make the same.
    private volatile @Nullable Pairs pairs;

    private NodeKeys(byte[] rootSeed, byte[] nodeSeed) {
        this.rootSeed = rootSeed;
        this.nodeSeed = nodeSeed;
    }

    /// The keys, and what follows from them.
    private static final class Pairs {
        private final BlsSecretKey rootKey;
        private final byte[] rootKeyDer;
        private final Principal subnetId;
        private final Ed25519SigningKey nodeKey;
        private final Principal nodeId;

        Pairs(byte[] rootSeed, byte[] nodeSeed) {
            rootKey = BlsSecretKey.fromSeed(rootSeed);
            rootKeyDer = rootKey.publicKey().der();
            subnetId = rootKey.publicKey().subnetId();
            nodeKey = new Ed25519SigningKey(nodeSeed);
            nodeId = nodeKey.publicKey().principal();
        }
    }

    /// {@return the keys in `file`}
    static NodeKeys open(Path file) {
        try {
            return decode(file, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the key file " + file, e);
        }
    }

    /// {@return the keys in `file`, made and written first if there is no such file}
    static NodeKeys openOrCreate(Path file, Entropy entropy) {
        try {
            if (!Files.exists(file)) {
                KeyFile.write(file, encode(entropy.bytes(SEED_BYTES), entropy.bytes(SEED_BYTES)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the key file " + file, e);
        }
        return open(file);
    }

    private Pairs pairs() {
        var known = pairs;
        if (known == null) {
            known = new Pairs(rootSeed, nodeSeed);
            pairs = known;
        }
        return known;
    }

    BlsSecretKey rootKey() {
        return pairs().rootKey;
    }

    byte[] rootKeyDer() {
        return pairs().rootKeyDer;
    }

    Principal subnetId() {
        return pairs().subnetId;
    }

    Ed25519SigningKey nodeKey() {
        return pairs().nodeKey;
    }

    Principal nodeId() {
        return pairs().nodeId;
    }

    /// {@return the secret from which the keys of canisters are made}
    Hash canisterSeed() {
        return Hash.sha256("decant keys of canisters".getBytes(StandardCharsets.US_ASCII), rootSeed);
    }

    private static byte[] encode(byte[] rootSeed, byte[] nodeSeed) {
        var buffer = ByteBuffer.allocate(FILE_BYTES)
                .put(MAGIC)
                .putInt(VERSION)
                .put(rootSeed)
                .put(nodeSeed);
        return buffer.putInt(checksum(buffer.array())).array();
    }

    private static NodeKeys decode(Path file, byte[] bytes) {
        if (bytes.length != FILE_BYTES || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IllegalStateException(file + " is not a key file of Decant: " + FILE_BYTES
                    + " bytes starting with DECANTKY are expected, found " + bytes.length
                    + "; restore it from a backup, without it no certificate of this node can be verified any more");
        }
        var buffer = ByteBuffer.wrap(bytes, MAGIC.length, FILE_BYTES - MAGIC.length);
        int version = buffer.getInt();
        if (version != VERSION) {
            throw new IllegalStateException(
                    file + " has format version " + version + ", this program reads version " + VERSION);
        }
        if (ByteBuffer.wrap(bytes).getInt(FILE_BYTES - 4) != checksum(bytes)) {
            throw new IllegalStateException(
                    file + " is damaged: its checksum does not fit its content; restore it from a backup");
        }
        var rootSeed = new byte[SEED_BYTES];
        var nodeSeed = new byte[SEED_BYTES];
        buffer.get(rootSeed).get(nodeSeed);
        return new NodeKeys(rootSeed, nodeSeed);
    }

    private static int checksum(byte[] file) {
        var crc = new CRC32C();
        crc.update(file, 0, FILE_BYTES - 4);
        return (int) crc.getValue();
    }
}

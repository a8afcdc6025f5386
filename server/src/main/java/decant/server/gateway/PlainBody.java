package decant.server.gateway;

import decant.base.Hash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/// The hash of a body before it was compressed, taken without keeping it.
final class PlainBody {
    /// More than any body that a canister can send has in it, unless it was made to keep a node busy.
    private static final long BYTES_MAX = 1L << 28;

    private PlainBody() {}

    /// @throws NotCertifiedException if the body is not what its encoding says, or becomes too long
    static Hash hash(byte[] body, String encoding) {
        var source = new ByteArrayInputStream(body);
        try (var plain = decoding(source, encoding)) {
            return hash(plain);
        } catch (IOException e) {
            throw new NotCertifiedException("the body is not " + encoding + ", as its header says: " + e.getMessage());
        }
    }

    private static InputStream decoding(InputStream source, String encoding) throws IOException {
        return switch (encoding) {
            case "gzip" -> new GZIPInputStream(source);
            case "deflate" -> new InflaterInputStream(source, new Inflater(true));
            default -> source;
        };
    }

    private static Hash hash(InputStream plain) throws IOException {
        var digest = Hash.newSha256();
        byte[] buffer = new byte[1 << 14];
        long total = 0;
        for (int read = plain.read(buffer); read >= 0; read = plain.read(buffer)) {
            total += read;
            if (total > BYTES_MAX) {
                throw new NotCertifiedException("the body has more than " + BYTES_MAX + " bytes when unpacked");
            }
            digest.update(buffer, 0, read);
        }
        return Hash.of(digest.digest());
    }
}

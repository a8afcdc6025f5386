package decant.canister;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/// Finds the Wasm in what was uploaded: either it is that, or it is that in gzip.
final class Unpacking {
    private Unpacking() {}

    static byte[] wasmOf(byte[] uploaded) {
        if (uploaded.length > ModuleLimits.MODULE_BYTES_MAX) {
            throw tooLarge(uploaded.length);
        }
        if (startsWith(uploaded, 0x00, 0x61, 0x73, 0x6d)) {
            return uploaded;
        }
        if (startsWith(uploaded, 0x1f, 0x8b, 0x08)) {
            return unzip(uploaded);
        }
        throw new InvalidCanisterModule("the module must begin with the bytes 00 61 73 6d of Wasm or 1f 8b 08 of"
                + " gzip, found " + beginning(uploaded));
    }

    private static byte[] unzip(byte[] uploaded) {
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(uploaded))) {
            var wasm = gzip.readNBytes(ModuleLimits.MODULE_BYTES_MAX + 1);
            if (wasm.length > ModuleLimits.MODULE_BYTES_MAX) {
                throw tooLarge(wasm.length);
            }
            return wasm;
        } catch (IOException e) {
            throw new InvalidCanisterModule("the module is damaged gzip: " + e.getMessage());
        }
    }

    private static InvalidCanisterModule tooLarge(int bytes) {
        return new InvalidCanisterModule("Wasm module size of " + bytes + " exceeds the maximum allowed size of "
                + ModuleLimits.MODULE_BYTES_MAX);
    }

    private static boolean startsWith(byte[] bytes, int... beginning) {
        if (bytes.length < beginning.length) {
            return false;
        }
        for (int i = 0; i < beginning.length; i++) {
            if ((bytes[i] & 0xFF) != beginning[i]) {
                return false;
            }
        }
        return true;
    }

    private static String beginning(byte[] bytes) {
        var text = new StringBuilder();
        for (int i = 0; i < Math.min(bytes.length, 4); i++) {
            text.append("%02x ".formatted(bytes[i]));
        }
        return bytes.length == 0 ? "nothing" : text.toString().strip();
    }
}

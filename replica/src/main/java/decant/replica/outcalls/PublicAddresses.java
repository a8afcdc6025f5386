package decant.replica.outcalls;

import java.net.Inet4Address;
import java.net.InetAddress;

/// Which addresses are of servers that everybody can reach. All others are of machines near this one, or of none.
final class PublicAddresses {
    private PublicAddresses() {}

    static boolean contains(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address
                ? isPublic4(bytes[0] & 0xff, bytes[1] & 0xff, bytes[2] & 0xff)
                : isPublic6(bytes);
    }

    /// Leaves out "this network", shared addresses of providers, protocol assignments, documentation, benchmarks, and
    /// what is reserved.
    private static boolean isPublic4(int first, int second, int third) {
        return switch (first) {
            case 0 -> false;
            case 100 -> second < 64 || second > 127;
            case 192 -> !(second == 0 && (third == 0 || third == 2)) && !(second == 88 && third == 99);
            case 198 -> second != 18 && second != 19 && !(second == 51 && third == 100);
            case 203 -> !(second == 0 && third == 113);
            default -> first < 240;
        };
    }

    /// Only global unicast, and of that not what stands for addresses of version 4 or for documentation.
    private static boolean isPublic6(byte[] bytes) {
        boolean isGlobal = (bytes[0] & 0xe0) == 0x20;
        boolean isTunnelled = startsWith(bytes, (byte) 0x20, (byte) 0x02)
                || startsWith(bytes, (byte) 0x20, (byte) 0x01, (byte) 0, (byte) 0);
        boolean isForDocumentation = startsWith(bytes, (byte) 0x20, (byte) 0x01, (byte) 0x0d, (byte) 0xb8);
        return isGlobal && !isTunnelled && !isForDocumentation;
    }

    private static boolean startsWith(byte[] bytes, byte... prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if (bytes[i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}

package decant.replica.outcalls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AllowedHostTest {
    @ParameterizedTest
    @CsvSource({
        "api.example.com,      api.example.com, 443,  true",
        "api.example.com,      API.Example.com, 443,  true",
        "api.example.com,      api.example.com, 8443, false",
        "api.example.com,      example.com,     443,  false",
        "api.example.com:8443, api.example.com, 8443, true",
        "api.example.com:8443, api.example.com, 443,  false",
        "api.example.com:*,    api.example.com, 1,    true",
        "*.example.com,        a.b.example.com, 443,  true",
        "*.example.com,        example.com,     443,  false",
        "*.example.com,        badexample.com,  443,  false",
        "*,                    example.com,     443,  true",
        "*,                    example.com,     80,   false",
        "*:*,                  1.2.3.4,         80,   true",
        "127.0.0.1:80,         127.0.0.1,       80,   true",
        "[::1]:80,             [0:0:0:0:0:0:0:1], 80, true",
        "[::1]:80,             [::2],           80,   false"
    })
    void anEntryMeansWhatItSays(String entry, String host, int port, boolean isMeant) {
        assertThat(AllowedHost.parse(entry).includes(host, port, port == 443)).isEqualTo(isMeant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":80",
                "a b",
                "https://example.com",
                "example.com/",
                "example.com:",
                "a.*",
                "example.com:x",
                "[::1"
            })
    void whatIsNoEntryIsRefused(String entry) {
        assertThatThrownBy(() -> AllowedHost.parse(entry))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not HOST, HOST:PORT or HOST:*");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,     127.0.0.1, true",
        "localhost,     127.9.9.9, true",
        "localhost,     10.0.0.1,  false",
        "10.0.0.1:443,  10.0.0.1,  true",
        "10.0.0.1,      10.0.0.2,  false",
        "[fd00::1],     fd00::1,   true",
        "*,             127.0.0.1, false",
        "example.com,   127.0.0.1, false"
    })
    void anAddressIsNamedOnlyByItself(String entry, String address, boolean isNamed) {
        assertThat(AllowedHost.parse(entry).names(InetAddress.ofLiteral(address)))
                .isEqualTo(isNamed);
    }

    @ParameterizedTest
    @CsvSource({
        "8.8.8.8, true",
        "100.63.0.1, true",
        "100.64.0.1, false",
        "127.0.0.1, false",
        "0.0.0.0, false",
        "10.0.0.1, false",
        "172.16.0.1, false",
        "172.32.0.1, true",
        "192.168.1.1, false",
        "192.0.2.1, false",
        "198.18.0.1, false",
        "169.254.169.254, false",
        "224.0.0.1, false",
        "255.255.255.255, false",
        "2606:4700::1, true",
        "::1, false",
        "::, false",
        "fe80::1, false",
        "fd00::1, false",
        "64:ff9b::7f00:1, false",
        "2002:7f00:1::, false",
        "2001:0:1::, false",
        "2001:db8::1, false",
        "ff02::1, false"
    })
    void onlyAddressesThatEverybodyCanReachArePublic(String address, boolean isPublic) {
        assertThat(PublicAddresses.contains(InetAddress.ofLiteral(address))).isEqualTo(isPublic);
    }
}

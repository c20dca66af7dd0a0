package dev.errand.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {
  @Test
  void readsHostAndPort() throws MalformedException {
    assertThat(Destination.parse("Example.COM.:443", 0))
        .isEqualTo(new Destination("example.com", 443));
    assertThat(Destination.parse("example.com", 80)).isEqualTo(new Destination("example.com", 80));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:80",
        "127.1:80",
        "2130706433:80",
        "0x7f000001:80",
        "0x7f.0.0.0x1:80",
        "0177.0.0.1:80",
        "169.254.169.254.:80",
        "[::1]:80",
        "[::ffff:127.0.0.1]:80",
        "[64:ff9b::7f00:1]:80",
        "[fe80::1%eth0]:80",
        "::1:80"
      })
  void knowsAnAddressInEveryNotation(String authority) throws MalformedException {
    assertThat(Destination.parse(authority, 0).isAddress()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.com:80", "1.example.com:80", "0x7f.com:80", "3com:80"})
  void takesNamesForNames(String authority) throws MalformedException {
    assertThat(Destination.parse(authority, 0).isAddress()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":80",
        "example.com",
        "example.com:",
        "example.com:0",
        "example.com:65536",
        "example.com:080",
        "example.com:80:80",
        "user@example.com:80",
        "exa mple.com:80",
        "exämple.com:80",
        "-example.com:80",
        "a..b:80",
        "example.com\u0000.org:80"
      })
  void refusesWhatIsNoDestination(String authority) {
    assertThatThrownBy(() -> Destination.parse(authority, 0))
        .isInstanceOf(MalformedException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "198.18.0.1",
        "168.63.129.16",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001::1",
        "2002:7f00:1::"
      })
  void refusesAddressesThatAreNotGlobal(String address) throws UnknownHostException {
    assertThat(PublicInternet.isGlobal(InetAddress.getByName(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1.1.1", "172.32.0.1", "100.128.0.1", "93.184.216.34", "2606:4700::1"})
  void allowsGlobalAddresses(String address) throws UnknownHostException {
    assertThat(PublicInternet.isGlobal(InetAddress.getByName(address))).isTrue();
  }

  @Test
  void opensTheWebsPortsOnly() {
    AddressRules rules = AddressRules.publicInternet();

    assertThat(rules.allowsPort(80)).isTrue();
    assertThat(rules.allowsPort(443)).isTrue();
    assertThat(rules.allowsPort(22)).isFalse();
    assertThat(rules.allowsPort(8080)).isFalse();
  }
}

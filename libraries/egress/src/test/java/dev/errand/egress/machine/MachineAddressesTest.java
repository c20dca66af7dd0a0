package dev.errand.egress.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineAddressesTest {
  /** What a machine with a public address beside a private one says of its routes. */
  private static final String ROUTES =
      """
      Main:
        +-- 0.0.0.0/0 3 0 5
           |-- 0.0.0.0
              /0 universe UNICAST
           +-- 93.184.216.0/24 2 0 2
              +-- 93.184.216.0/28 2 0 2
                 |-- 93.184.216.0
                    /24 link UNICAST
                 |-- 93.184.216.7
                    /32 host LOCAL
              |-- 93.184.216.255
                 /32 link BROADCAST
           |-- 93.184.217.8
              /31 link UNICAST
              /32 host LOCAL
      """;

  private static final String ADDRESSES_V6 =
      "26062800022000010248189325c81946 02 40 00 80     eth0\n";

  @TempDir private Path network = Path.of("");

  private MachineAddresses written(String routes, String v6) throws IOException {
    Files.writeString(network.resolve("fib_trie"), routes);
    Files.writeString(network.resolve("if_inet6"), v6);
    return new MachineAddresses(network);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"93.184.216.7", "93.184.217.8", "2606:2800:220:1:248:1893:25c8:1946", "127.0.0.1"})
  void containWhatTheMachineAnswersTo(String address) throws IOException {
    assertThat(written(ROUTES, ADDRESSES_V6).contain(InetAddress.getByName(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"93.184.216.8", "93.184.216.255", "2606:2800:220:1:248:1893:25c8:1947", "1.1.1.1"})
  void containNothingElseOfTheInternet(String address) throws IOException {
    assertThat(written(ROUTES, ADDRESSES_V6).contain(InetAddress.getByName(address))).isFalse();
  }

  @Test
  void containWhatIsInANetworkThatTheMachineHasNot() throws Exception {
    InetAddress neighbour = neighbourOf(oneOfOurs());
    assertThat(written(ROUTES, "").contain(neighbour)).as("from a container").isTrue();
    assertThat(MachineAddresses.ofThisOne().contain(neighbour)).as("on the machine").isFalse();
  }

  @Test
  void changeWithTheMachine() throws IOException {
    InetAddress later = InetAddress.getByName("93.184.216.9");
    MachineAddresses addresses = written(ROUTES, "");
    assertThat(addresses.contain(later)).isFalse();

    written(ROUTES.replace("93.184.216.7", "93.184.216.9"), "");

    assertThat(addresses.contain(later)).isTrue();
  }

  private static InterfaceAddress oneOfOurs() throws IOException {
    List<InterfaceAddress> all =
        NetworkInterface.networkInterfaces()
            .flatMap(one -> one.getInterfaceAddresses().stream())
            .filter(one -> one.getAddress().getAddress().length == 4)
            .filter(one -> !one.getAddress().isLoopbackAddress())
            .toList();
    assertThat(all).as("this machine's networks").isNotEmpty();
    return all.getFirst();
  }

  private static InetAddress neighbourOf(InterfaceAddress ours) throws IOException {
    byte[] bytes = ours.getAddress().getAddress();
    bytes[3] ^= 2; // the network has at least four addresses
    return InetAddress.getByAddress(bytes);
  }
}

package dev.errand.egress.machine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Every address at which this machine, or a service beside this one, answers. In a container, the
 * machine's addresses are those of process 1, which is seen when the machine's process ids are; and
 * what shares a network of containers is a service. All of it is read each time, as addresses
 * change while a service runs.
 *
 * <p>Source: proc_pid_net(5); the kernel's net/ipv4/fib_trie.c and net/ipv6/addrconf.c.
 */
public final class MachineAddresses {
  private static final Path FIRST_PROCESS = Path.of("/proc/1/net");

  /** In the trie of routes, an address of the machine's own is a leaf with a local route. */
  private static final Pattern LOCAL_V4 =
      Pattern.compile("\\|-- ([0-9.]+)\\n(?:\\s+/\\d+ (?!host).*\\n)*\\s+/32 host LOCAL\\n");

  private static final int HEX_DIGITS_V6 = 32;

  private final Path network;

  /**
   * @param network what /proc says of the network of the machine's first process
   */
  MachineAddresses(Path network) {
    this.network = network;
  }

  /** Of the machine that this process runs on. */
  public static MachineAddresses ofThisOne() {
    return new MachineAddresses(FIRST_PROCESS);
  }

  /** Whether the address is one of them; true as well when that cannot be found out. */
  public boolean contain(InetAddress address) {
    try {
      if (NetworkInterface.getByInetAddress(address) != null) {
        return true;
      }
      Set<InetAddress> ofMachine = read();
      return ofMachine.contains(address) || isBeside(address, ofMachine);
    } catch (SocketException | UnknownHostException e) {
      return true;
    }
  }

  /** Whether it lies in the network of an interface of ours that the machine does not have. */
  private static boolean isBeside(InetAddress address, Set<InetAddress> ofMachine)
      throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(one -> one.getInterfaceAddresses().stream())
        .filter(ours -> !ofMachine.contains(ours.getAddress()))
        .anyMatch(ours -> shareNetwork(ours, address));
  }

  private static boolean shareNetwork(InterfaceAddress ours, InetAddress address) {
    byte[] a = ours.getAddress().getAddress();
    byte[] b = address.getAddress();
    int bits = ours.getNetworkPrefixLength();
    int bytes = bits / 8;
    if (a.length != b.length || !Arrays.equals(a, 0, bytes, b, 0, bytes)) {
      return false;
    }
    int mask = 0xff00 >> (bits % 8);
    return bits % 8 == 0 || ((a[bytes] ^ b[bytes]) & mask) == 0;
  }

  /** None where /proc hides other processes: then every neighbour counts as a service. */
  private Set<InetAddress> read() throws UnknownHostException {
    Set<InetAddress> addresses = new HashSet<>();
    var v4 = LOCAL_V4.matcher(String.join("\n", lines("fib_trie")) + "\n");
    while (v4.find()) {
      addresses.add(InetAddress.getByName(v4.group(1)));
    }
    for (String line : lines("if_inet6")) {
      String digits = line.substring(0, Math.min(HEX_DIGITS_V6, line.length()));
      addresses.add(InetAddress.getByAddress(HexFormat.of().parseHex(digits)));
    }
    return addresses;
  }

  private List<String> lines(String file) {
    try {
      return Files.readAllLines(network.resolve(file));
    } catch (IOException e) {
      return List.of(); // a machine without IPv6, or a /proc that hides others
    }
  }
}

package dev.errand.egress;

import dev.errand.egress.machine.MachineAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/**
 * The addresses that the whole world can route, and nothing of the host's own. The networks for
 * documentation are not refused: nothing is there to be protected, and laboratories use them as
 * their outside.
 *
 * <p>Source: IANA's special-purpose address registries for IPv4 and IPv6.
 */
final class PublicInternet implements AddressRules {
  private static final List<Block> SPECIAL_V4 =
      Stream.of(
              "0.0.0.0/8", // this network
              "10.0.0.0/8", // private
              "100.64.0.0/10", // carrier-grade NAT
              "127.0.0.0/8", // loopback
              "169.254.0.0/16", // link-local, where clouds serve metadata
              "172.16.0.0/12", // private
              "192.0.0.0/24", // protocol assignments
              "192.88.99.0/24", // 6to4 relays
              "192.168.0.0/16", // private
              "198.18.0.0/15", // benchmarks
              "224.0.0.0/4", // multicast
              "240.0.0.0/4", // reserved, broadcast
              "168.63.129.16/32") // a cloud's agent on its hosts, public by its number only
          .map(Block::parse)
          .toList();

  /** Everything else of IPv6 is loopback, mapped, translated, local or multicast. */
  private static final Block GLOBAL_V6 = Block.parse("2000::/3");

  private static final List<Block> SPECIAL_V6 =
      Stream.of(
              "2001::/23", // Teredo and other protocol assignments
              "2002::/16") // 6to4: carries any IPv4 address
          .map(Block::parse)
          .toList();

  private final MachineAddresses machine = MachineAddresses.ofThisOne();

  @Override
  public boolean allowsPort(int port) {
    return port == 80 || port == 443;
  }

  @Override
  public boolean allows(InetAddress address) {
    return isGlobal(address) && !machine.contain(address);
  }

  static boolean isGlobal(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4) {
      return SPECIAL_V4.stream().noneMatch(block -> block.contains(bytes));
    }
    return GLOBAL_V6.contains(bytes) && SPECIAL_V6.stream().noneMatch(b -> b.contains(bytes));
  }

  /** A network in CIDR notation. */
  private static final class Block {
    private final byte[] network;
    private final int bits;

    private Block(byte[] network, int bits) {
      this.network = network;
      this.bits = bits;
    }

    static Block parse(String text) {
      int slash = text.indexOf('/');
      try {
        byte[] network = InetAddress.getByName(text.substring(0, slash)).getAddress();
        return new Block(network, Integer.parseInt(text.substring(slash + 1)));
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException(text, e);
      }
    }

    boolean contains(byte[] address) {
      if (address.length != network.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit % 8);
        if ((address[bit / 8] & mask) != (network[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }
}

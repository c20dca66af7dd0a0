package dev.errand.broker;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A broker as a process of its own. It is ready when its port answers; SIGTERM closes it in order.
 */
public final class BrokerMain {
  private static final int USAGE = 2;

  private BrokerMain() {}

  /**
   * Takes {@code DIRECTORY PORT CONTROLLER_PORT CREDENTIAL_FILE [KAFKA_SETTING=VALUE ...]}; exit
   * code 2 otherwise.
   */
  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length < 4) {
      System.err.println(
          "usage: BrokerMain DIRECTORY PORT CONTROLLER_PORT CREDENTIAL_FILE"
              + " [KAFKA_SETTING=VALUE ...]");
      System.exit(USAGE);
    }
    BrokerSettings settings =
        new BrokerSettings(
            Path.of(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            Path.of(arguments[3]));
    Map<String, String> overrides = new HashMap<>();
    for (String setting : Arrays.asList(arguments).subList(4, arguments.length)) {
      int sign = setting.indexOf('=');
      overrides.put(setting.substring(0, sign), setting.substring(sign + 1));
    }
    EmbeddedBroker broker = EmbeddedBroker.start(settings.with(overrides));
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(broker::close));
    new CountDownLatch(1).await(); // until the process is told to end
  }
}

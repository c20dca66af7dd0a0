package dev.errand.egress;

/** Why a connection was refused: the name that events carry, and what a person is told. */
enum Rule {
  INTERNET_OFF(
      "internet-off", "this phase has no internet; the environment's internet.agent decides that"),
  IP_LITERAL("ip-literal", "destinations are named by host name, not by address"),
  PORT("port", "only ports 80 and 443 are open"),
  PRIVATE_ADDRESS(
      "private-address",
      "the name leads to an address that is not of the public internet, such as a private, local or"
          + " metadata address or one of this server"),
  NOT_TLS("not-tls", "a tunnel must begin with a TLS handshake"),
  NO_SERVER_NAME("no-server-name", "the TLS handshake names no server (SNI)"),
  OTHER_SERVER_NAME(
      "other-server-name", "the TLS handshake names another server than the tunnel was opened for");

  private final String id;
  private final String explanation;

  Rule(String id, String explanation) {
    this.id = id;
    this.explanation = explanation;
  }

  /** Stable: events and tests name it. */
  String id() {
    return id;
  }

  String explanation() {
    return explanation;
  }
}

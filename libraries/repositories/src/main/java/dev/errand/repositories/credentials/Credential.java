package dev.errand.repositories.credentials;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.RepositoryUrl;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What git shows to a remote: a user with a token for https, or a private key with the host's keys
 * for ssh. Never part of a URL, an argument, a variable or a message.
 *
 * <p>As bytes: one line, {@code https USER} or {@code ssh}, and behind it the token; or the host's
 * lines of known_hosts, an empty line, and the key.
 */
public sealed interface Credential {
  /** Whether it is for URLs of this scheme; a token never goes over unencrypted http. */
  boolean fits(RepositoryUrl url);

  /** {@code user} is what the remote calls the token's owner; some take any. */
  record Token(String user, String token) implements Credential {
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9@._+-]{0,99}");

    /**
     * @throws ErrandException REQUEST_INVALID when the user or the token is not one line of text
     */
    public Token {
      require(USER.matcher(user).matches(), "a git user is 1 to 100 letters, digits and @._+-");
      require(token.matches("[!-~]{8,4096}"), "a token is one line of 8 to 4,096 characters");
    }

    @Override
    public boolean fits(RepositoryUrl url) {
      return url.scheme().equals("https");
    }

    @Override
    public String toString() {
      return "Token[hidden]";
    }
  }

  /** {@code knownHosts} are lines of an ssh known_hosts file. */
  record Key(String knownHosts, String key) implements Credential {
    private static final String BEGIN = "-----BEGIN ";

    /**
     * @throws ErrandException REQUEST_INVALID when it is no private key, or no host key is given
     */
    public Key {
      require(key.startsWith(BEGIN) && key.contains("PRIVATE KEY"), "this is no private ssh key");
      require(!key.contains("ENCRYPTED"), "nobody is there to type the key's passphrase");
      require(
          knownHosts.matches("(?s)[!-~][\\x20-\\x7e\\n]+") && !knownHosts.contains("\n\n"),
          "an ssh key needs the host's keys (ssh-keyscan prints them: compare them first)");
    }

    @Override
    public boolean fits(RepositoryUrl url) {
      return url.scheme().equals("ssh");
    }

    @Override
    public String toString() {
      return "Key[hidden]";
    }
  }

  /** The form that is sealed. */
  default byte[] toBytes() {
    String text =
        switch (this) {
          case Token it -> "https %s\n%s".formatted(it.user(), it.token());
          case Key it -> "ssh\n%s\n\n%s".formatted(it.knownHosts().strip(), it.key());
        };
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads {@link #toBytes}.
   *
   * @throws ErrandException REQUEST_INVALID when it is something else
   */
  static Credential of(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Matcher token = Pattern.compile("https (\\S+)\n(\\S+)").matcher(text);
    if (token.matches()) {
      return new Token(token.group(1), token.group(2));
    }
    int key = text.indexOf("\n\n");
    require(text.startsWith("ssh\n") && key > 0, "this is no git credential");
    return new Key(text.substring("ssh\n".length(), key), text.substring(key + 2));
  }

  private static void require(boolean holds, String why) {
    if (!holds) {
      throw new ErrandException(FailureCode.REQUEST_INVALID, why);
    }
  }
}

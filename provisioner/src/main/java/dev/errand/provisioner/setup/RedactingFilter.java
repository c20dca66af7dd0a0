package dev.errand.provisioner.setup;

import dev.errand.artifacts.LogFilter;
import dev.errand.secrets.Redactor;
import dev.errand.secrets.Secret;
import java.util.Collection;

/** Stars for secrets, before anything is recorded or told. */
public final class RedactingFilter implements LogFilter {
  private final Redactor redactor;

  public RedactingFilter(Collection<Secret> secrets) {
    this.redactor = new Redactor(secrets);
  }

  @Override
  public byte[] filter(byte[] data) {
    return redactor.redact(data);
  }

  @Override
  public byte[] rest() {
    return redactor.rest();
  }

  @Override
  public void skipped(long bytes) {
    redactor.skipped(bytes);
  }
}

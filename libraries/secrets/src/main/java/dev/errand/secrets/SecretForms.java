package dev.errand.secrets;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/** The forms in which programs write a secret's value to files. */
public final class SecretForms {
  private static final int BASE64_BYTES = 3;

  private SecretForms() {}

  /**
   * Each value as it is, line by line where it has several; in base64, also in the middle of a
   * longer text; and as in a URL. Bytes are ISO 8859-1 characters. Secrets themselves: to be kept
   * as such.
   */
  public static Set<String> of(Collection<Secret> secrets) {
    Set<String> forms = new LinkedHashSet<>();
    for (Secret secret : secrets) {
      byte[] value = secret.toBytes();
      new String(value, StandardCharsets.ISO_8859_1).lines().forEach(forms::add);
      for (int shift = 0; shift < BASE64_BYTES; shift++) {
        forms.add(base64(value, shift));
      }
      String inUrl = URLEncoder.encode(secret.text(), StandardCharsets.UTF_8);
      forms.add(inUrl);
      forms.add(inUrl.replace("+", "%20"));
    }
    forms.removeIf(form -> form.length() < Secret.MIN_BYTES);
    return forms;
  }

  /** The characters that depend on the value alone when so many bytes stand before it. */
  private static String base64(byte[] value, int shift) {
    byte[] shifted = new byte[shift + value.length];
    System.arraycopy(value, 0, shifted, shift, value.length);
    String text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
    int first = shift == 0 ? 0 : shift + 1;
    int last = shifted.length % BASE64_BYTES == 0 ? text.length() : text.length() - 1;
    return first < last ? text.substring(first, last) : "";
  }
}

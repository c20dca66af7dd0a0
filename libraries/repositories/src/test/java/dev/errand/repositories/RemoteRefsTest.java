package dev.errand.repositories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RefName;
import org.junit.jupiter.api.Test;

final class RemoteRefsTest {
  private static final String A = "a".repeat(40);
  private static final String B = "b".repeat(40);

  @Test
  void prefersBranchesToTagsAndTheCommitToTheTag() {
    RemoteRefs refs =
        RemoteRefs.parse(
            "%1$s\trefs/heads/x\n%2$s\trefs/tags/x\n%2$s\trefs/tags/v1\n%1$s\trefs/tags/v1^{}\n"
                .formatted(A, B));

    assertThat(refs.find(new RefName("x"))).contains(new CommitSha(A));
    assertThat(refs.find(new RefName("v1"))).contains(new CommitSha(A));
    assertThat(refs.find(new RefName("y"))).isEmpty();
  }

  @Test
  void findsTheDefaultBranchOfARemoteThatDoesNotNameIt() {
    RemoteRefs refs =
        RemoteRefs.parse(
            "%2$s\tHEAD\n%1$s\trefs/heads/other\n%2$s\trefs/heads/trunk\n".formatted(A, B));

    assertThat(refs.defaultBranch()).contains(new RefName("trunk"));
  }

  @Test
  void leavesOutWhatNoGitWouldSay() {
    RemoteRefs refs = RemoteRefs.parse("<html>\nzz\trefs/heads/x\nref: refs/heads/a\tHEAD\n");

    assertThat(refs.isEmpty()).isTrue();
    assertThat(refs.defaultBranch()).contains(new RefName("a"));
  }
}

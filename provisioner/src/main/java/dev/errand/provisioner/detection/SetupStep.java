package dev.errand.provisioner.detection;

import org.jspecify.annotations.Nullable;

/**
 * One command that brings a project's dependencies.
 *
 * @param tool the program that it needs
 * @param because the file that asks for it
 * @param command a line of bash, run in the repository's root
 * @param installer a program that can bring the tool when the image lacks it, or null
 * @param install how it does, a line of bash
 */
public record SetupStep(
    String tool, String because, String command, @Nullable String installer, String install) {
  static SetupStep of(String tool, String because, String command) {
    return new SetupStep(tool, because, command, null, "");
  }

  SetupStep orInstall(String newInstaller, String newInstall) {
    return new SetupStep(tool, because, command, newInstaller, newInstall);
  }
}

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Brings the classes of a jar that were compiled for Java 5 or older up to Java 6. The JVM reads
 * and proves such classes anew at every start and takes none of them into its start-up cache, for
 * they lack the maps of the stack by which newer ones are proved; a quarter of a short command's
 * time goes there. What the classes do stays the same; a jar without such classes is left alone.
 *
 * <p>Usage: java StackMaps.java JAR, in place.
 */
final class StackMaps {
  private static final ClassFileVersion JAVA_6 = ClassFileVersion.of(50, 0);

  public static void main(String[] arguments) throws IOException {
    Path jar = Path.of(arguments[0]);
    Path draft = Path.of(jar + ".draft");
    int changed = 0;
    try (JarFile in = new JarFile(jar.toFile());
        URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(draft))) {
      ClassFile format =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)));
      for (JarEntry entry : in.stream().toList()) {
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".class")) {
          byte[] mapped = mapped(format, bytes);
          changed += mapped == bytes ? 0 : 1;
          bytes = mapped;
        }
        JarEntry copy = new JarEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(bytes);
        out.closeEntry();
      }
    }
    if (changed > 0) {
      Files.move(draft, jar, StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.delete(draft);
    }
  }

  private static byte[] mapped(ClassFile format, byte[] bytes) {
    ClassModel before = format.parse(bytes);
    if (before.majorVersion() >= JAVA_6.majorVersion()) {
      return bytes;
    }
    // Passing every instruction through builds each method anew, and its map with it.
    byte[] after =
        format.transformClass(
            before,
            ClassTransform.dropping(ClassFileVersion.class::isInstance)
                .andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL))
                .andThen(ClassTransform.endHandler(builder -> builder.with(JAVA_6))));
    if (!format.verify(after).isEmpty()) {
      throw new IllegalStateException(before.thisClass().asInternalName() + " cannot be mapped");
    }
    return after;
  }
}

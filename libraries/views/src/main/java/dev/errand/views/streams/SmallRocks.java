package dev.errand.views.streams;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.Options;

/**
 * RocksDB in a few megabytes: a store of ours holds thousands of small values, one database for
 * each partition, and the whole standalone has 450 MB. Kafka makes the instance.
 */
public final class SmallRocks implements RocksDBConfigSetter {
  /** Two buffers a database; what is written is a few KiB a fact. */
  private static final long WRITE_BUFFER_BYTES = 1 << 20;

  private static final int WRITE_BUFFERS = 2;

  /**
   * Has the native library lie in the folder of our state, under a name that the next start
   * replaces: left to itself, RocksDB unpacks it into the machine's temporary folder, where each
   * killed process leaves 15 MB. To be called before any store is opened; later calls do nothing.
   */
  static void loadInto(Path folder) {
    try {
      Files.createDirectories(folder);
      NativeLibraryLoader.getInstance().loadLibrary(folder.toString());
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "RocksDB's library cannot be written to " + folder, e);
    }
  }

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    options.setWriteBufferSize(WRITE_BUFFER_BYTES);
    options.setMaxWriteBufferNumber(WRITE_BUFFERS);
    options.setMaxBackgroundJobs(1);
  }

  @Override
  public void close(String storeName, Options options) {}
}

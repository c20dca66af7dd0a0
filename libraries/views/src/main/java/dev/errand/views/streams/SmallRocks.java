package dev.errand.views.streams;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/**
 * RocksDB in a few megabytes: a store of ours holds thousands of small values, one database for
 * each partition, and the whole standalone has 450 MB. Kafka makes the instance.
 */
public final class SmallRocks implements RocksDBConfigSetter {
  /** Two buffers a database; what is written is a few KiB a fact. */
  private static final long WRITE_BUFFER_BYTES = 1 << 20;

  private static final int WRITE_BUFFERS = 2;

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    options.setWriteBufferSize(WRITE_BUFFER_BYTES);
    options.setMaxWriteBufferNumber(WRITE_BUFFERS);
    options.setMaxBackgroundJobs(1);
  }

  @Override
  public void close(String storeName, Options options) {}
}

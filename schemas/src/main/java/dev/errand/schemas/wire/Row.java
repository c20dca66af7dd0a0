package dev.errand.schemas.wire;

import dev.errand.schemas.Data;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** An Avro record with typed access: what a codec writes into and reads from. One thread. */
final class Row {
  private final GenericRecord fields;

  private Row(GenericRecord fields) {
    this.fields = fields;
  }

  static Row empty(Schema schema) {
    return new Row(new GenericData.Record(schema));
  }

  static Row of(GenericRecord fields) {
    return new Row(fields);
  }

  GenericRecord fields() {
    return fields;
  }

  Row set(String name, @Nullable Object value) {
    fields.put(name, value);
    return this;
  }

  Row setText(String name, @Nullable Object value) {
    return set(name, value == null ? null : value.toString());
  }

  Row setRow(String name, @Nullable Row row) {
    return set(name, row == null ? null : row.fields);
  }

  Row setRows(String name, List<Row> rows) {
    return set(name, rows.stream().map(Row::fields).toList());
  }

  Row setTexts(String name, Collection<?> values) {
    return set(name, values.stream().map(Object::toString).toList());
  }

  /** Sorted, so that equal facts are equal bytes: a redelivered stage writes what it wrote. */
  Row setMap(String name, Map<String, ?> map) {
    return set(name, new TreeMap<>(map));
  }

  Row setTime(String name, Instant time) {
    return set(name, time.toEpochMilli());
  }

  Row setData(String name, @Nullable Data data) {
    return set(name, data == null ? null : ByteBuffer.wrap(data.toBytes()));
  }

  Row setEnum(String name, String symbol) {
    Schema schema = fields.getSchema().getField(name).schema();
    return set(name, new GenericData.EnumSymbol(schema, symbol));
  }

  String text(String name) {
    return fields.get(name).toString();
  }

  @Nullable String textOrNull(String name) {
    Object value = fields.get(name);
    return value == null ? null : value.toString();
  }

  int integer(String name) {
    return (Integer) fields.get(name);
  }

  @Nullable Integer integerOrNull(String name) {
    return (Integer) fields.get(name);
  }

  long big(String name) {
    return (Long) fields.get(name);
  }

  double real(String name) {
    return (Double) fields.get(name);
  }

  boolean flag(String name) {
    return (Boolean) fields.get(name);
  }

  Instant time(String name) {
    return Instant.ofEpochMilli(big(name));
  }

  Data data(String name) {
    return Data.of((ByteBuffer) fields.get(name));
  }

  @Nullable Data dataOrNull(String name) {
    return fields.get(name) == null ? null : data(name);
  }

  Row row(String name) {
    return new Row((GenericRecord) fields.get(name));
  }

  @Nullable Row rowOrNull(String name) {
    return fields.get(name) == null ? null : row(name);
  }

  List<Row> rows(String name) {
    return ((Collection<?>) fields.get(name))
        .stream().map(item -> new Row((GenericRecord) item)).toList();
  }

  <T> List<T> list(String name, Function<String, T> parse) {
    return ((Collection<?>) fields.get(name))
        .stream().map(item -> parse.apply(item.toString())).toList();
  }

  <K, V> Map<K, V> map(String name, Function<String, K> key, Function<Object, V> value) {
    Map<K, V> map = new HashMap<>();
    ((Map<?, ?>) fields.get(name))
        .forEach((k, v) -> map.put(key.apply(k.toString()), value.apply(v)));
    return map;
  }

  /** A name of a Java enum; one that only a newer writer knows is reported as such. */
  <E extends Enum<E>> E symbol(String name, Class<E> type) throws NewerWriterException {
    String symbol = text(name);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(symbol)) {
        return constant;
      }
    }
    throw new NewerWriterException("%s is no %s".formatted(symbol, type.getSimpleName()));
  }
}

package dev.errand.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Left-aligned columns; the last one is cut to the terminal's width. Cells are made safe here. */
public final class Table {
  private static final String GAP = "  ";
  private static final int MIN_LAST_COLUMN = 20;

  private final int width;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table with headings; a width of 0 does not cut. */
  public Table(int width, String... headings) {
    this.width = width;
    rows.add(List.of(headings));
  }

  /** Adds a row with as many cells as there are headings. */
  public void row(String... cells) {
    List<String> row = new ArrayList<>(cells.length);
    for (String cell : cells) {
      row.add(SafeText.line(cell));
    }
    rows.add(row);
  }

  /** The lines, the headings first, without trailing spaces. */
  public List<String> lines() {
    int last = rows.getFirst().size() - 1;
    int[] widths = new int[last];
    for (List<String> row : rows) {
      for (int i = 0; i < last; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = row.get(i);
      line.append(cell).append(" ".repeat(widths[i] - cell.length())).append(GAP);
    }
    String last = row.getLast();
    int room = Math.max(MIN_LAST_COLUMN, width - line.length());
    line.append(width > 0 && last.length() > room ? last.substring(0, room - 1) + "…" : last);
    return line.toString().stripTrailing();
  }
}

package dev.errand.ingest.documents;

/** A text is not what its syntax allows, at this place. */
final class MalformedException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Place place;

  MalformedException(Place place, String message, Throwable cause) {
    super(message, cause);
    this.place = place;
  }

  MalformedException(Place place, String message) {
    super(message);
    this.place = place;
  }

  Place place() {
    return place;
  }
}

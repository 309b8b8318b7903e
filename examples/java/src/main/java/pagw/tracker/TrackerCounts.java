package pagw.tracker;

/** {@code delivered + dropped + buffered = called} whenever no call is under way. */
public record TrackerCounts(
        long called, long delivered, long droppedBufferFull, long droppedInvalid, long droppedRefused,
        long droppedClosed, long buffered) {

    public String toJson() {
        return new JsonObject()
                .put("called", called)
                .put("delivered", delivered)
                .put("droppedBufferFull", droppedBufferFull)
                .put("droppedInvalid", droppedInvalid)
                .put("droppedRefused", droppedRefused)
                .put("droppedClosed", droppedClosed)
                .put("buffered", buffered)
                .toString();
    }
}

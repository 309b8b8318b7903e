package pagw.tracker;

/**
 * Events that will never arrive.
 *
 * @param code the queue's when it refused them, else null
 */
public record Drop(Reason reason, String code, long count) {
    public enum Reason {
        BUFFER_FULL,
        INVALID,
        REFUSED,
        CLOSED
    }
}

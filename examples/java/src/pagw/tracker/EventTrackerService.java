package pagw.tracker;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;

/**
 * Reports what a service does to a request. No call waits for the queue, throws, or takes part in the business
 * transaction; what cannot be delivered is counted. One per process; safe for any number of threads.
 */
public final class EventTrackerService implements AutoCloseable {
    private static final int METADATA_MAX_BYTES = 16 * 1024;
    private static final int ERROR_MESSAGE_MAX_LENGTH = 4_000;

    /** What all events of one process have in common. */
    public record Origin(String serviceName, String workerId) {}

    private final Origin origin;
    private final Clock clock;
    private final EventIds ids;
    private final EventDelivery delivery;

    public EventTrackerService(
            QueueSender queue, Origin origin, int bufferLimit, Clock clock, RandomGenerator random) {
        this.origin = origin;
        this.clock = clock;
        this.ids = new EventIds(clock, random);
        this.delivery = new EventDelivery(queue, bufferLimit);
    }

    public void logStageStart(String pagwId, String tenant, String stage, String eventType) {
        log(new Call(pagwId, tenant, stage, eventType, "STARTED", null, null, null, null, null, null, null));
    }

    /** @param metadata a JSON object as text, or null; at most 16 KiB; no personal data */
    public void logStageComplete(
            String pagwId, String tenant, String stage, String eventType, long durationMs, String metadata) {
        log(new Call(
                pagwId, tenant, stage, eventType, "COMPLETED", null, durationMs, null, null, null, null, metadata));
    }

    /**
     * @param errorMessage cut at 4,000 characters; the tracker masks what looks like personal data, but do not rely on it
     * @param retryable null: by the error code's class
     */
    public void logStageError(
            String pagwId,
            String tenant,
            String stage,
            String eventType,
            long durationMs,
            String errorCode,
            String errorMessage,
            Boolean retryable) {
        log(new Call(
                pagwId, tenant, stage, eventType, "FAILED", null, durationMs, retryable, null, errorCode,
                errorMessage, null));
    }

    public void logRetryAttempt(
            String pagwId, String tenant, String stage, String eventType, int attempt, Instant nextRetryAt) {
        log(new Call(
                pagwId, tenant, stage, eventType, "RETRY_SCHEDULED", attempt, null, null, nextRetryAt, null, null,
                null));
    }

    /** Waits until all calls made before are delivered or dropped; false at the deadline. */
    public boolean flush(Duration deadline) {
        return delivery.flush(deadline);
    }

    /** Takes no more calls, delivers for two seconds at most, and drops what is left. */
    @Override
    public void close() {
        delivery.close(Duration.ofSeconds(2));
    }

    public TrackerCounts counts() {
        return delivery.counts();
    }

    private record Call(
            String pagwId, String tenant, String stage, String eventType, String status, Integer attempt,
            Long durationMs, Boolean retryable, Instant nextRetryAt, String errorCode, String errorMessage,
            String metadata) {}

    private void log(Call call) {
        delivery.add(call.pagwId, () -> isValid(call) ? eventOf(call) : null);
    }

    /** The limits that are hit in practice; the tracker judges the rest and keeps what it refuses aside. */
    private static boolean isValid(Call call) {
        return isPresent(call.pagwId)
                && call.pagwId.length() <= 64
                && isPresent(call.eventType)
                && call.eventType.length() <= 64
                && (call.metadata == null
                        || call.metadata.length() <= METADATA_MAX_BYTES
                                && call.metadata.getBytes(StandardCharsets.UTF_8).length <= METADATA_MAX_BYTES);
    }

    private static boolean isPresent(String text) {
        return text != null && !text.isBlank();
    }

    private TrackedEvent eventOf(Call call) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Long durationMs = call.durationMs == null ? null : Math.min(Math.max(0, call.durationMs), Integer.MAX_VALUE);
        return new TrackedEvent(
                ids.next(), now, call.tenant, call.pagwId, call.stage, call.eventType, call.status, call.attempt,
                durationMs, call.retryable, call.nextRetryAt, call.errorCode, cut(call.errorMessage),
                origin.serviceName(), origin.workerId(), call.metadata);
    }

    private static String cut(String text) {
        return text == null || text.length() <= ERROR_MESSAGE_MAX_LENGTH
                ? text
                : text.substring(0, ERROR_MESSAGE_MAX_LENGTH);
    }
}

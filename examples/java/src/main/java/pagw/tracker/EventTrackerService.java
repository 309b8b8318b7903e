package pagw.tracker;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Reports what a service does to a request. No call waits for the queue, throws, or takes part in the business
 * transaction; what cannot be delivered is counted. One per process; safe for any number of threads.
 */
public final class EventTrackerService implements AutoCloseable {
    private static final int METADATA_MAX_BYTES = 16 * 1024;
    private static final int ERROR_MESSAGE_MAX_LENGTH = 4_000;
    private static final int LONGEST_NAME = 1_024;

    /** What all events of one process have in common. */
    public record Origin(String serviceName, String workerId) {}

    private final Origin origin;
    private final Clock clock;
    private final EventIds ids;
    private final EventDelivery delivery;

    /** With a buffer of 10,000 events, the system's clock, and nobody told of drops. */
    public EventTrackerService(QueueSender queue, Origin origin) {
        this(queue, origin, 10_000, Clock.systemUTC(), new SecureRandom(), drop -> {});
    }

    /**
     * @param bufferLimit events held at most; the newest beyond are dropped
     * @param onDrop told of drops, summed up by kind, on the tracker's own thread; what it throws is ignored
     */
    public EventTrackerService(
            QueueSender queue, Origin origin, int bufferLimit, Clock clock, RandomGenerator random,
            Consumer<Drop> onDrop) {
        this.origin = origin;
        this.clock = clock;
        this.ids = new EventIds(clock, random);
        this.delivery = new EventDelivery(queue, bufferLimit, onDrop);
    }

    public void logStageStart(String pagwId, String tenant, String stage, String eventType) {
        logStageStart(pagwId, tenant, stage, eventType, null, Details.NONE);
    }

    /** @param metadata a JSON object as text, or null; at most 16 KiB; no personal data */
    public void logStageStart(
            String pagwId, String tenant, String stage, String eventType, String metadata, Details details) {
        log(new Call(
                pagwId, tenant, stage, eventType, "STARTED", null, null, null, null, null, null, metadata, details));
    }

    public void logStageComplete(
            String pagwId, String tenant, String stage, String eventType, long durationMs, String metadata) {
        logStageComplete(pagwId, tenant, stage, eventType, durationMs, metadata, Details.NONE);
    }

    public void logStageComplete(
            String pagwId, String tenant, String stage, String eventType, long durationMs, String metadata,
            Details details) {
        log(new Call(
                pagwId, tenant, stage, eventType, "COMPLETED", null, durationMs, null, null, null, null, metadata,
                details));
    }

    public void logStageError(
            String pagwId, String tenant, String stage, String eventType, long durationMs, String errorCode,
            String errorMessage, Boolean retryable) {
        logStageError(
                pagwId, tenant, stage, eventType, durationMs, errorCode, errorMessage, retryable, null, Details.NONE);
    }

    /**
     * @param errorMessage cut at 4,000 characters; the tracker masks what looks like personal data, but do not rely on it
     * @param retryable null: by the error code's class
     */
    public void logStageError(
            String pagwId, String tenant, String stage, String eventType, long durationMs, String errorCode,
            String errorMessage, Boolean retryable, String metadata, Details details) {
        log(new Call(
                pagwId, tenant, stage, eventType, "FAILED", null, durationMs, retryable, null, errorCode,
                errorMessage, metadata, details));
    }

    public void logRetryAttempt(
            String pagwId, String tenant, String stage, String eventType, int attempt, Instant nextRetryAt) {
        logRetryAttempt(pagwId, tenant, stage, eventType, attempt, nextRetryAt, Details.NONE);
    }

    public void logRetryAttempt(
            String pagwId, String tenant, String stage, String eventType, int attempt, Instant nextRetryAt,
            Details details) {
        log(new Call(
                pagwId, tenant, stage, eventType, "RETRY_SCHEDULED", attempt, null, null, nextRetryAt, null, null,
                null, details));
    }

    /** Waits until all calls made before are delivered or dropped; false at the deadline. */
    public boolean flush(Duration deadline) {
        return delivery.flush(deadline);
    }

    /** Takes no more calls, delivers for two seconds at most, drops what is left, and waits a second at most until that is told. */
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
            String metadata, Details details) {}

    private void log(Call call) {
        String pagwId = call.pagwId == null ? null : call.pagwId.strip();
        delivery.add(pagwId, () -> isValid(call) ? eventOf(call) : null);
    }

    /** The limits that are hit in practice; the tracker judges the rest and keeps what it refuses aside. */
    private static boolean isValid(Call call) {
        return isPresent(call.pagwId)
                && call.pagwId.strip().length() <= 64
                && isPresent(call.eventType)
                && call.eventType.length() <= 64
                && isShort(call.tenant)
                && isShort(call.stage)
                && isShort(call.errorCode)
                && isShort(call.details)
                && (call.metadata == null
                        || call.metadata.length() <= METADATA_MAX_BYTES
                                && call.metadata.getBytes(StandardCharsets.UTF_8).length <= METADATA_MAX_BYTES);
    }

    /** An id, a code or a name, of which none is longer. */
    private static boolean isShort(String text) {
        return text == null || text.length() <= LONGEST_NAME;
    }

    private static boolean isShort(Details details) {
        return details == null
                || isShort(details.correlationId())
                        && isShort(details.externalReference())
                        && isShort(details.payloadBucket())
                        && isShort(details.payloadKey());
    }

    private static boolean isPresent(String text) {
        return text != null && !text.isBlank();
    }

    private TrackedEvent eventOf(Call call) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Long durationMs = call.durationMs == null ? null : Math.min(Math.max(0, call.durationMs), Integer.MAX_VALUE);
        Details details = call.details == null ? Details.NONE : call.details;
        Integer attempt = call.attempt == null ? details.attempt() : call.attempt;
        return new TrackedEvent(
                ids.next(), now, call.tenant, call.pagwId.strip(), call.stage, call.eventType, call.status, attempt,
                durationMs, call.retryable, call.nextRetryAt, call.errorCode, cut(call.errorMessage),
                origin.serviceName(), origin.workerId(), call.metadata, details);
    }

    private static String cut(String text) {
        return text == null || text.length() <= ERROR_MESSAGE_MAX_LENGTH
                ? text
                : text.substring(0, ERROR_MESSAGE_MAX_LENGTH);
    }
}

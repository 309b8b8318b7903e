package pagw.tracker;

import java.time.Instant;

/** One event of the contract (docs/contract). What is null is left out of the message. */
public record TrackedEvent(
        String eventId,
        Instant occurredAt,
        String tenant,
        String pagwId,
        String stage,
        String eventType,
        String status,
        Integer attempt,
        Long durationMs,
        Boolean retryable,
        Instant nextRetryAt,
        String errorCode,
        String errorMessage,
        String serviceName,
        String workerId,
        String metadata,
        Details details) {

    /** More than its JSON takes in any case: a character is escaped to six at most. */
    int mostBytes() {
        int characters = 0;
        for (String text : new String[] {
            tenant, pagwId, stage, eventType, errorCode, errorMessage, serviceName, workerId, metadata,
            details.correlationId(), details.externalReference(), details.payloadBucket(), details.payloadKey()
        }) {
            characters += text == null ? 0 : text.length();
        }
        return 1_024 + 6 * characters;
    }

    public String toJson() {
        return new JsonObject()
                .put("eventId", eventId)
                .put("occurredAt", occurredAt)
                .put("tenant", tenant)
                .put("pagwId", pagwId)
                .put("stage", stage)
                .put("eventType", eventType)
                .put("status", status)
                .put("attempt", attempt)
                .put("durationMs", durationMs)
                .put("retryable", retryable)
                .put("nextRetryAt", nextRetryAt)
                .put("errorCode", errorCode)
                .put("errorMessage", errorMessage)
                .put("serviceName", serviceName)
                .put("workerId", workerId)
                .put("metadata", metadata)
                .put("correlationId", details.correlationId())
                .put("externalReference", details.externalReference())
                .put("request", requestOf(details))
                .toString();
    }

    private static JsonObject requestOf(Details details) {
        if (details.payloadBucket() == null && details.payloadKey() == null) {
            return null;
        }
        JsonObject payload = new JsonObject().put("bucket", details.payloadBucket()).put("key", details.payloadKey());
        return new JsonObject().put("payload", payload);
    }
}

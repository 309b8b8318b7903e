package pagw.tracker;

/**
 * What a call may say besides. {@code Details.NONE.withCorrelationId("demo-123").withAttempt(2)}; whatever is null is not said.
 *
 * @param attempt from 1; counted from the request's history when it is not said
 * @param payloadBucket where the request's content is kept in S3, with {@code payloadKey}; never the content itself
 */
public record Details(
        String correlationId, String externalReference, Integer attempt, String payloadBucket, String payloadKey) {
    public static final Details NONE = new Details(null, null, null, null, null);

    public Details withCorrelationId(String id) {
        return new Details(id, externalReference, attempt, payloadBucket, payloadKey);
    }

    public Details withExternalReference(String reference) {
        return new Details(correlationId, reference, attempt, payloadBucket, payloadKey);
    }

    public Details withAttempt(int number) {
        return new Details(correlationId, externalReference, number, payloadBucket, payloadKey);
    }

    public Details withPayload(String bucket, String key) {
        return new Details(correlationId, externalReference, attempt, bucket, key);
    }
}

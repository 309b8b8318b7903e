package software.amazon.awssdk.services.sqs.model;

public final class SendMessageBatchRequestEntry {
    private SendMessageBatchRequestEntry() {}

    public static Builder builder() {
        throw new UnsupportedOperationException();
    }

    public interface Builder {
        Builder id(String id);

        Builder messageBody(String messageBody);

        Builder messageGroupId(String messageGroupId);

        Builder messageDeduplicationId(String messageDeduplicationId);

        SendMessageBatchRequestEntry build();
    }
}

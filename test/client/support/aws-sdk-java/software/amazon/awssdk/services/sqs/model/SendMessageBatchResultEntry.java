package software.amazon.awssdk.services.sqs.model;

public abstract class SendMessageBatchResultEntry {
    public abstract String id();
}

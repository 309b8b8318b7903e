package software.amazon.awssdk.services.sqs.model;

public abstract class BatchResultErrorEntry {
    public abstract String id();

    public abstract Boolean senderFault();

    public abstract String code();
}

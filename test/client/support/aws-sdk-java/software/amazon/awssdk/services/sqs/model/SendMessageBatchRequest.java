package software.amazon.awssdk.services.sqs.model;

import java.util.Collection;

public final class SendMessageBatchRequest {
    private SendMessageBatchRequest() {}

    public interface Builder {
        Builder queueUrl(String queueUrl);

        Builder entries(Collection<SendMessageBatchRequestEntry> entries);
    }
}

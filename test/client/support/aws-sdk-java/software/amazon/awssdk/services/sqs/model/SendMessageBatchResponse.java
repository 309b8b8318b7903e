package software.amazon.awssdk.services.sqs.model;

import java.util.List;

public abstract class SendMessageBatchResponse {
    public abstract List<SendMessageBatchResultEntry> successful();

    public abstract List<BatchResultErrorEntry> failed();
}

package software.amazon.awssdk.services.sqs;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

public interface SqsAsyncClient {
    CompletableFuture<SendMessageBatchResponse> sendMessageBatch(Consumer<SendMessageBatchRequest.Builder> request);
}

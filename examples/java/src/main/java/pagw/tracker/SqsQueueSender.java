package pagw.tracker;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/** Sends to the events queue with the AWS SDK for Java 2.x. */
public final class SqsQueueSender implements QueueSender {
    private static final int ANSWER_SECONDS = 5;

    private final SqsAsyncClient sqs;
    private final String queueUrl;

    /**
     * @param sqs one per process; {@code SqsAsyncClient.create()} takes region and credentials of the environment
     * @param queueUrl stack output EventsQueueUrl
     */
    public SqsQueueSender(SqsAsyncClient sqs, String queueUrl) {
        this.sqs = sqs;
        this.queueUrl = queueUrl;
    }

    @Override
    public List<Failure> sendBatch(List<QueueMessage> batch) throws Exception {
        List<SendMessageBatchRequestEntry> entries = IntStream.range(0, batch.size())
                .mapToObj(place -> SendMessageBatchRequestEntry.builder()
                        .id(String.valueOf(place))
                        .messageGroupId(batch.get(place).groupId())
                        .messageDeduplicationId(batch.get(place).deduplicationId())
                        .messageBody(batch.get(place).body())
                        .build())
                .toList();
        SendMessageBatchResponse response = sqs.sendMessageBatch(
                        request -> request.queueUrl(queueUrl).entries(entries))
                .get(ANSWER_SECONDS, TimeUnit.SECONDS);
        return response.failed().stream()
                .map(failed ->
                        new Failure(batch.get(Integer.parseInt(failed.id())), failed.senderFault(), failed.code()))
                .toList();
    }
}

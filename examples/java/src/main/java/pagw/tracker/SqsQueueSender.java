package pagw.tracker;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/** Sends to the events queue with the AWS SDK for Java 2.x. */
public final class SqsQueueSender implements QueueSender {
    private static final int ANSWER_SECONDS = 5;
    private static final Pattern PASSING = Pattern.compile("throttl|^kms|accessdenied|overlimit", Pattern.CASE_INSENSITIVE);

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
        return IntStream.range(0, batch.size())
                .mapToObj(place -> failureOf(batch.get(place), String.valueOf(place), response))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Named in neither list, it is offered again under the same de-duplication id, which cannot make it double. */
    private static Optional<Failure> failureOf(QueueMessage message, String id, SendMessageBatchResponse response) {
        for (BatchResultErrorEntry failed : response.failed())
            if (id.equals(failed.id())) return Optional.of(new Failure(message, isFinal(failed), failed.code()));
        boolean taken = response.successful().stream().anyMatch(entry -> id.equals(entry.id()));
        return taken ? Optional.empty() : Optional.of(new Failure(message, false, "NotAnswered"));
    }

    /** Too many calls pass by, and what the queue's key refuses is mended, whosever fault it is called. */
    private static boolean isFinal(BatchResultErrorEntry failed) {
        return Boolean.TRUE.equals(failed.senderFault())
                && (failed.code() == null || !PASSING.matcher(failed.code()).find());
    }
}

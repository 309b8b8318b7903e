package pagw.tracker;

import java.util.List;

/**
 * The one thing the tracker's calls need of a queue: {@link SqsQueueSender} has it by the AWS SDK, {@link HttpQueueSender} by
 * {@code POST /events}.
 */
@FunctionalInterface
public interface QueueSender {

    /** One SQS message: group id = pagwId, body = a JSON array of events of that request. */
    record QueueMessage(String groupId, String deduplicationId, String body) {}

    /** A message that was not taken; with {@code senderFault} offering it again cannot help. */
    record Failure(QueueMessage message, boolean senderFault, String code) {}

    /**
     * Sends at most ten messages, no two of one group, in one call.
     *
     * @return the messages that were not taken; empty when all were
     * @throws Exception when the call has no answer: all of them are offered again
     */
    List<Failure> sendBatch(List<QueueMessage> batch) throws Exception;
}
